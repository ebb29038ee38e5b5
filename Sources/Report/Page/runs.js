'use strict';
// What the plots are made of: groups of runs, averaged over their seeds.

/** The data with what follows from it. */
function model(data) {
  const runs = data.runs;
  const groups = data.groups.map((group) => {
    const own = group.runs.map((index) => runs[index]);
    const references = Object.fromEntries(Object.entries(group.references)
      .map(([name, list]) => [name, list.map((index) => runs[index])]));
    return {name: group.name, runs: own, references, matrices: group.matrices, method: own[0].method,
      modalities: modalitiesOf(own)};
  });
  // Runs of one modality alone serve as references of those that have none.
  const alone = groups.filter((group) => group.method === 'unimodal' && group.modalities.length === 1);
  for (const group of groups) {
    if (group.method === 'unimodal' || Object.keys(group.references).length) continue;
    for (const other of alone) {
      const [modality] = other.modalities;
      if (group.modalities.includes(modality) && other.runs[0].dataset === group.runs[0].dataset) {
        group.references[modality] = other.runs;
      }
    }
  }
  return {...data, groups};
}

function modalitiesOf(runs) {
  const names = new Set();
  for (const run of runs) {
    for (const column of Object.keys(run.columns)) {
      const found = /^validation\.modalities\.(.+)\.[^.]+$/.exec(column);
      if (found) names.add(found[1]);
    }
  }
  return [...names].sort();
}

/**
 * A column averaged over runs at each epoch; `x(run, place)` gives the axis, itself averaged. Epochs that not
 * every run has reached are left out unless none has them all.
 */
function curve(runs, column, x = (run, place) => run.epochs[place] + 1) {
  const byEpoch = new Map();
  for (const run of runs) {
    const values = run.columns[column];
    if (!values) continue;
    run.epochs.forEach((epoch, place) => {
      if (!Number.isFinite(values[place])) return;
      if (!byEpoch.has(epoch)) byEpoch.set(epoch, []);
      byEpoch.get(epoch).push({x: x(run, place), y: values[place]});
    });
  }
  const most = Math.max(0, ...[...byEpoch.values()].map((list) => list.length));
  return [...byEpoch].filter(([, list]) => list.length === most).sort(([a], [b]) => a - b).map(([, list]) => {
    const found = summary(list.map((point) => point.y));
    return {x: summary(list.map((point) => point.x))?.mean ?? 0, y: found.mean, deviation: found.deviation, count: found.count};
  }).filter((point) => Number.isFinite(point.x));
}

/** The columns `prefix.MODALITY.DEPTH` or `prefix.DEPTH` that runs have, as {column, modality, depth}. */
function depthColumns(runs, prefix) {
  const names = new Set(runs.flatMap((run) => Object.keys(run.columns)));
  return [...names].filter((name) => name.startsWith(prefix + '.')).map((column) => {
    const parts = column.slice(prefix.length + 1).split('.');
    return {column, depth: Number(parts.at(-1)), modality: parts.slice(0, -1).join('.')};
  }).filter(({depth}) => Number.isInteger(depth)).sort((a, b) => a.depth - b.depth);
}

/** Final scores over runs: `value` of the report. */
function scores(runs, value) {
  return summary(runs.filter((run) => run.report).map((run) => value(run.report)));
}

/** A setting's text in a run. */
function setting(run, key) {
  return run.configuration.find(([name]) => name === key)?.[1];
}
