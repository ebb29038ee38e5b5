// SPDX-License-Identifier: Apache-2.0
'use strict';
// The sections of the page.

function sections(report) {
  const {groups} = report;
  const fused = groups.filter((group) => group.method !== 'unimodal');
  return [
    heading(report), verdictSection(report), scoreTable(report), patternTable(report), ...report.comparisons.map((comparison) => differenceTable(comparison, report.scores)),
    section('Training', 'training', [modalityCurves(groups), progress(report), learningRates(groups)]),
    section('Robustness', 'robustness', [disturbances(groups)]),
    section('Depths', 'depths', [discrepancy(fused), blockScores(fused), orthogonality(fused), startEpochs(report)]),
    section('Classes', 'classes', [confusion(groups)]),
    section('Searches', 'searches', report.searches.map(trials)),
    section('Features', 'features', [featurePictures(report)]),
    section('Settings and machines', 'settings', [datasets(report), ...report.comparisons.map(choices), settings(groups), environments(report)]),
  ].filter(Boolean);
}

function section(title, id, parts) {
  const shown = parts.filter(Boolean);
  return shown.length ? element('section', {'aria-labelledby': id}, element('h2', {id}, title), shown) : null;
}

function heading({runs, groups, made}) {
  const all = groups.flatMap((group) => group.runs);
  const datasets = [...new Set(all.map((run) => run.dataset))].join(', ');
  const open = all.filter((run) => !run.isFinished).length;
  const words = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return element('header', {},
    element('div', {class: 'bar'}, element('h1', {}, 'Equipoise report'), themeButton()),
    element('p', {}, `${datasets}: ${words(all.length, 'run')} of ${words(groups.length, 'configuration')}`
      + (runs.length > all.length ? `, beside ${words(runs.length - all.length, 'run')} of single modalities` : '')
      + (open ? `; ${open} still under way` : '') + `. Made ${new Date(made).toLocaleString('en-GB')}.`));
}

function themeButton() {
  const root = document.documentElement;
  const button = element('button', {type: 'button', click: () => {
    const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = isDark ? 'light' : 'dark';
  }}, 'Light or dark');
  return button;
}

// Tables

/** A text that begins a title. */
function capital(text) { return text[0].toUpperCase() + text.slice(1); }

/** A score's name over a column. */
function titleOf(score) { return isShare(score) ? score.title + ' %' : score.title; }

/** Whether a score is shown in percent. */
function isShare({unit}) { return unit === 'share'; }

function scoreTable({groups, scores}) {
  const modalities = [...new Set(groups.flatMap((group) => group.modalities))].sort();
  const reported = groups.filter((group) => group.finished);
  if (!reported.length) return null;
  const isTest = reported.every((group) => group.runs.every((run) => !run.isFinished || run.isTest));
  const [leading, others] = [scores.filter((score) => score.isLeading), scores.filter((score) => !score.isLeading)];
  const cells = (group, shown) => shown.map(({name, unit}) => spread(group.scores[name], unit === 'share', unit === 'share' ? null : 4));
  const inPercent = reported.every((group) => isShare(group.measure));
  const sign = inPercent ? ' %' : '';
  const measured = (summary) => spread(summary, inPercent, inPercent ? null : 4);
  const header = ['configuration', 'runs', ...leading.map(titleOf),
    ...modalities.flatMap((name) => [`${name} inside${sign}`, `${name} alone${sign}`]), `imbalance${sign}`, 'seconds', 'multiply-adds/sample'];
  const rows = reported.map((group) => [group.name,
    group.finished === group.runs.length ? group.finished : `${group.finished} of ${group.runs.length}`,
    ...cells(group, leading),
    ...modalities.flatMap((name) => [measured(group.inside[name]), measured(group.alone[name]?.score)]),
    measured(group.imbalance), spread(group.seconds, false, 1), text(group.multiplyAdds)]);
  const caption = `Scores on the ${isTest ? 'test' : 'validation'} split, mean ± standard deviation over seeds`;
  return element('section', {'aria-labelledby': 'scores'}, element('h2', {id: 'scores'}, 'Scores'),
    table(caption, header, rows, {isSortable: true}),
    element('details', {}, element('summary', {}, 'Other scores'), table(`Other scores on the ${isTest ? 'test' : 'validation'} split`,
      ['configuration', ...others.map(titleOf)], reported.map((group) => [group.name, ...cells(group, others)]), {isSortable: true})),
    element('p', {class: 'note'}, 'Inside: the modality’s own part of the fused logits, or the others’ features at zero where '
      + 'there is none. Alone: the same modality trained alone. Imbalance: largest minus smallest Shapley value. Epochs are '
      + 'selected on validation.'),
    csvButton('scores', [[...header, ...others.map(titleOf)], ...rows.map((row, index) => [...row, ...cells(reported[index], others)])]));
}

/** The measure on the samples of each set of modalities, where some lack one. */
function patternTable({groups}) {
  const reported = groups.filter((group) => group.patterns.length);
  if (!reported.length) return null;
  const names = [...new Set(reported.flatMap(({patterns}) => patterns.map(({name}) => name)))].sort();
  const samples = (wanted) => reported.flatMap(({patterns}) => patterns).find(({name}) => name === wanted).samples;
  const {measure} = reported[0];
  const header = ['configuration', ...names.map((name) => `${name} (${samples(name)})`)];
  const rows = reported.map((group) => [group.name, ...names.map((wanted) =>
    spread(group.patterns.find(({name}) => name === wanted)?.score, isShare(measure), isShare(measure) ? null : 4))]);
  return element('section', {'aria-labelledby': 'patterns'}, element('h2', {id: 'patterns'}, 'Missing modalities'),
    table(`${capital(titleOf(measure))} on the samples that have these modalities and no other (their number), mean ± standard deviation over seeds`,
      header, rows, {isSortable: true}),
    csvButton('missing modalities', [header, ...rows]));
}

function csvButton(name, rows) {
  return element('button', {type: 'button', 'aria-label': `Save ${name} as CSV`,
    click: () => save(name + '.csv', rows.map(csvLine).join(''), 'text/csv')}, 'CSV');
}

function differenceTable({baseline, entries}, scores) {
  // Folds of a cross-validation are not independent: they have the corrected t-test alone.
  const isPaired = entries.every(({differences}) => Object.values(differences).every(({folds}) => !folds));
  const header = [`against ${baseline}`, isPaired ? 'seeds' : 'runs', 'points', '95 % interval',
    ...isPaired ? ['sign-flip p', 'Holm', 't-test p', 'Holm'] : ['corrected t-test p', 'Holm']];
  const rows = ({name: score, unit}) => entries.filter(({differences}) => differences[score]).map(({name, differences: {[score]: found}}) => [name,
    found.seeds.length, points(found.mean, unit),
    found.interval ? `${points(found.interval.lower, unit)} to ${points(found.interval.upper, unit)}` : '–',
    ...[...isPaired ? [found.signFlipP, found.signFlipHolm] : [], found.tTestP, found.tTestHolm].map(probability)]);
  const [first, ...others] = scores.map((score) => ({score, rows: rows(score)})).filter(({rows}) => rows.length);
  if (!first) return null;
  const csv = [['score', ...header], ...[first, ...others].flatMap(({score, rows}) => rows.map((row) => [score.title, ...row]))];
  return element('section', {}, element('h2', {}, `Differences from ${baseline}`),
    table(`${capital(first.score.title)}, paired by seed; the exact sign-flip test is the one to go by`, header, first.rows, {isSortable: true}),
    element('details', {}, element('summary', {}, 'The same for other scores'), others.map(({score, rows}) =>
      table(`${capital(score.title)}, paired by seed`, score.unit === 'share' ? header : header.map((name) => name === 'points' ? 'difference' : name),
        rows, {isSortable: true}))),
    csvButton('differences from ' + baseline, csv));
}

/** A difference of a score: percentage points of shares. */
function points(value, unit) {
  return (value < 0 ? '−' : '+') + (unit === 'share' ? Math.abs(100 * value).toFixed(1) : Math.abs(value).toFixed(4));
}

function probability(p) {
  if (!Number.isFinite(p)) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(p < 0.1 ? 3 : 2);
}

// Training

function picked(key, label, groups, draw) {
  if (!groups.length) return null;
  const holder = element('div');
  const show = (name) => holder.replaceChildren(draw(groups.find((group) => group.name === name) ?? groups[0]));
  const control = choice(label, key, groups.map((group) => ({value: group.name, name: group.name})), show);
  show(chosen.get(key));
  return element('div', {class: 'picked'}, groups.length > 1 ? control : [], holder);
}

/** Figure 1 of the AIM paper: what each modality reaches inside the model and alone. */
function modalityCurves(all) {
  const groups = all.filter((group) => group.modalities.length);
  return picked('modalities', 'Configuration', preferred(groups), (group) => {
    const {measure} = group;
    const series = [{name: 'fused', points: validation(group, measure.name), colour: 0}];
    group.modalities.forEach((name, index) => {
      const own = validation(group, 'slice', name);
      series.push({name: `${name} inside`, colour: 1 + index % 7, points: own.length ? own : validation(group, 'zeroOut', name)});
      series.push({name: `${name} alone`, colour: 1 + index % 7, isDashed: true, points: pointsOf(group.alone[name]?.curve)});
    });
    return linePlot({id: 'modalities', title: `What each modality learns: ${group.name}`,
      caption: `Validation ${measure.title} of the fused model and of each modality’s part of it (solid), and of the same modality `
        + 'trained alone (dashed); bands are ± a standard deviation over seeds. A gap below the dashed line is what the joint model lost.',
      xLabel: 'epoch', yLabel: measure.title, isPercent: isShare(measure), series});
  });
}

/** AIM first, as the figures are its own. */
function preferred(groups) {
  return [...groups].sort((a, b) => (b.method === 'aim') - (a.method === 'aim'));
}

/** Figure 8: accuracy, or another score, of every configuration over epochs, seconds or multiply-adds. */
function progress({groups: all, scores}) {
  const groups = all.filter((group) => validation(group, group.measure.name).length);
  if (!groups.length) return null;
  const axes = [
    {value: 'epoch', name: 'epochs', label: 'epoch'},
    {value: 'seconds', name: 'seconds of training', label: 'seconds'},
    {value: 'multiplyAdds', name: 'multiply-adds', label: 'multiply-adds for each training sample, summed over epochs'},
  ];
  const known = scores.filter(({name}) => groups.some((group) => validation(group, name).length));
  const holder = element('div');
  const show = () => {
    const axis = axes.find((axis) => axis.value === chosen.get('progress')) ?? axes[0];
    const score = known.find(({name}) => name === chosen.get('progress score')) ?? known[0];
    const final = (group) => (score.isLargerBetter ? 1 : -1) * (group.scores[score.name]?.mean ?? 0);
    const order = [...groups].sort((a, b) => final(b) - final(a));
    holder.replaceChildren(linePlot({id: 'progress', title: `${capital(score.title)} over ${axis.name}`,
      caption: `Validation ${score.title} of the fused model, mean over seeds ± a standard deviation; the lines are in the order of their final scores.`,
      xLabel: axis.label, yLabel: score.title, isPercent: score.unit === 'share',
      series: order.map((group) => ({name: group.name, points: validation(group, score.name, undefined, axis.value)}))}));
  };
  const controls = [choice('Score', 'progress score', known.map(({name, title}) => ({value: name, name: title})), show),
    choice('Over', 'progress', axes, show)];
  show();
  return element('div', {class: 'picked'}, controls, holder);
}

/** The loss over the learning rates that were tried for a run before it was trained. */
function learningRates(groups) {
  const tried = groups.flatMap((group) => group.runs.filter((run) => run.learningRates).map((run) => ({group, run})));
  if (!tried.length) return null;
  const series = tried.map(({group, run}) => ({name: group.runs.length > 1 ? `${group.name}, seed ${run.seed}` : group.name,
    points: run.learningRates.points.map(({rate, smoothed}) => ({x: Math.log10(rate), y: smoothed, deviation: null, count: 1}))}));
  const found = tried.map(({run}) => run.learningRates.suggestion).filter(Number.isFinite).map((rate) => text(rate)).join(', ');
  return linePlot({id: 'learning-rates', title: 'Loss over learning rates',
    caption: 'The averaged training loss of a ramp of learning rates from the initial weights'
      + (found ? `; where it falls fastest: ${found}.` : '.'),
    xLabel: 'learning rate, as a power of ten', yLabel: 'loss', series});
}

// Robustness

/** MultiBench's curves: the score over the share of samples that lack a modality, and over the strength of its noise. */
function disturbances(all) {
  const groups = all.filter((group) => group.robustness.length);
  if (!groups.length) return null;
  const {measure} = groups[0];
  const names = [...new Set(groups.flatMap((group) => group.robustness.map(({modality}) => modality)))].sort();
  const kinds = [{kind: 'missing', word: 'missing', xLabel: 'share of samples that lack it'},
    {kind: 'noise', word: 'noisy', xLabel: 'noise in standard deviations of the input'}];
  const plots = names.flatMap((name) => kinds.map(({kind, word, xLabel}) => {
    const series = groups.map((group) => {
      const found = group.robustness.find((curve) => curve.kind === kind && curve.modality === name);
      return {name: group.name, points: (found?.points ?? []).map(({level, score}) =>
        ({x: level, y: score.mean, deviation: score.deviation ?? null, count: score.count}))};
    });
    return series.some(({points}) => points.length) ? linePlot({id: `robustness-${kind}-${names.indexOf(name)}`,
      title: `${capital(measure.title)} with ${name} ${word}`,
      caption: 'Of the selected model, mean over seeds ± a standard deviation. The higher the line stays, the less the model leans on it.',
      xLabel, yLabel: measure.title, isPercent: isShare(measure), series}) : null;
  }));
  return element('div', {class: 'beside'}, plots.filter(Boolean));
}

// Depths

/** Figure 6: how far apart modalities are at each depth; AIM and its baseline on one scale. */
function discrepancy(groups) {
  const found = groups.filter((group) => depthCurves(group, 'discrepancy').length);
  if (!found.length) return null;
  const series = (group) => depthCurves(group, 'discrepancy')
    .map((curve) => ({name: `depth ${curve.depth}`, points: pointsOf(curve), colour: (curve.depth - 1) % 8}));
  const lines = found.map(series);
  const values = lines.flat(2).flatMap((line) => line.points.map((point) => point.y + (point.deviation ?? 0)));
  const limits = [0, Math.max(...values) * 1.05 || 1];
  const few = found.slice(0, 8);
  return element('div', {class: 'beside'}, few.map((group, index) => linePlot({id: `discrepancy-${index}`,
    title: `Discrepancy between modalities: ${group.name}`,
    caption: 'α of every depth (Eq. 14 of the AIM paper): the coefficient of variation of the modalities’ scores. '
      + 'Zero is balance.' + (found.length > 1 ? '' : ' A run of aim with method.preset=observe draws joint training beside it.') + (found.length > few.length ? ` ${found.length - few.length} more configurations are not drawn.` : ''),
    xLabel: 'epoch', yLabel: 'α', limits, series: lines[index]})));
}

/** Figure 5: the score s of the original blocks and of the auxiliary ones that AIM makes. */
function blockScores(groups) {
  const found = groups.filter((group) => depthCurves(group, 'score').length);
  return picked('scores', 'Configuration', preferred(found), (group) => {
    const original = depthCurves(group, 'score');
    const auxiliary = depthCurves(group, 'auxiliaryScore');
    const modalities = [...new Set(original.map(({modality}) => modality))].sort();
    const lines = modalities.map((modality) => [
      ...original.filter((curve) => curve.modality === modality).map((curve) =>
        ({name: `depth ${curve.depth}`, points: pointsOf(curve), colour: (curve.depth - 1) % 8})),
      ...auxiliary.filter((curve) => curve.modality === modality).map((curve) =>
        ({name: `depth ${curve.depth} auxiliary`, points: pointsOf(curve), colour: (curve.depth - 1) % 8, isDashed: true}))]);
    const values = lines.flat().flatMap((line) => line.points.map((point) => point.y + (point.deviation ?? 0)));
    const limits = [0, Math.max(...values) * 1.05 || 1];
    return element('div', {class: 'beside'}, modalities.map((modality, index) => linePlot({id: `scores-${index}`,
      title: `Score of ${modality} by depth: ${group.name}`,
      caption: 's of the original blocks (solid) and of the auxiliary blocks (dashed): how well a depth’s features tell the class.',
      xLabel: 'epoch', yLabel: 's', limits, series: lines[index]})));
  });
}

/** Figure 4: how much the prototypes of two classes resemble one another, by modality, depth and epoch. */
function orthogonality(groups) {
  const found = groups.filter((group) => group.matrices);
  return picked('orthogonality', 'Configuration', preferred(found), (group) => {
    const {epochs, matrices} = group.matrices;
    let index = epochs.length - 1;
    const panels = () => matrices[index].map(({name, modality, depth, rows, values}) => ({
      name: (modality ?? name) + (depth === undefined ? '' : `, depth ${depth}`),
      size: rows, values: values.map((value) => value / 100), label: (row, column) => text(values[row * rows + column] / 100)}));
    const all = matrices.flatMap((list) => list.flatMap((matrix) => matrix.values));
    const limits = [Math.min(0, ...all) / 100, Math.max(1, ...all) / 100];
    const shown = element('output', {}, `epoch ${epochs[index] + 1}`);
    const slider = element('input', {type: 'range', min: 0, max: epochs.length - 1, value: index, 'aria-label': 'Epoch',
      input: () => { index = Number(slider.value); shown.value = `epoch ${epochs[index] + 1}`; node.redraw(); }});
    const names = group.runs[0].classes;
    const isWhole = matrices[0][0]?.rows === names.length;
    const node = matrixPlot({id: 'orthogonality', title: `Resemblance of class prototypes: ${group.name}`,
      caption: 'The cosine of every pair of classes’ prototypes, by modality and depth; the fewer bright cells off the diagonal, '
        + 'the better a depth separates the classes.' + (isWhole || !names.length ? '' : ' Neighbouring classes are averaged.'),
      limits, panels, axes: ['class', 'class'], rowNames: isWhole ? names : []},
    epochs.length > 1 ? [element('label', {class: 'choice'}, 'Epoch ', slider, shown)] : []);
    return node;
  });
}

/** Figure 7: accuracy, or another task's measure, over E, the epoch from which AIM modulates. */
function startEpochs({starts}) {
  if (!starts.length) return null;
  const {measure} = starts[0];
  const points = starts.map(({epoch, score}) =>
    ({x: epoch, y: score.mean, deviation: score.deviation ?? null, count: score.count}));
  return linePlot({id: 'start', title: 'Sensitivity to E',
    caption: capital(measure.title) + ' over the epoch from which AIM modulates, mean over runs ± a standard deviation; other settings may differ too.',
    xLabel: 'E', yLabel: measure.title, isPercent: isShare(measure), series: [{name: 'AIM', points}]});
}

// Classes

/** Counts in either of their forms, as {size, cells: [[label, prediction, count]]}; see ConfusionMatrix. */
function confusionCells(counts) {
  if (Array.isArray(counts)) {
    return {size: counts.length, cells: counts.flatMap((row, label) =>
      row.map((count, prediction) => [label, prediction, count]).filter(([,, count]) => count > 0))};
  }
  return {size: counts.classes,
    cells: counts.labels.map((label, place) => [label, counts.predictions[place], counts.counts[place]])};
}

/** The most classes whose counts are drawn as a matrix. */
const mostDrawn = 400;

function confusion(all) {
  // Only classification confuses classes.
  const groups = all.filter((group) => group.runs.some((run) => run.isFinished && run.confusion));
  return picked('confusion', 'Configuration', preferred(groups), (group) => {
    const finished = group.runs.filter((run) => run.isFinished && run.confusion);
    const found = finished.map((run) => confusionCells(run.confusion));
    const size = found[0].size;
    const same = found.filter((matrix) => matrix.size === size);
    if (size > mostDrawn) return frequentConfusions(group, size, same.flatMap((matrix) => matrix.cells), finished[0].classes);
    const counts = new Array(size * size).fill(0);
    for (const [label, prediction, count] of same.flatMap((matrix) => matrix.cells)) counts[label * size + prediction] += count;
    const sums = Array.from({length: size}, (_, row) => counts.slice(row * size, (row + 1) * size).reduce((a, b) => a + b, 0));
    const shares = counts.map((count, place) => count / Math.max(1, sums[Math.floor(place / size)]));
    return matrixPlot({id: 'confusion', title: `Confusion: ${group.name}`,
      caption: `Share of each class’s samples (rows) that were taken for a class (columns), ${same.length === 1 ? 'one run' : `${same.length} runs together`}.`,
      limits: [0, 1], axes: ['class', 'predicted'], rowNames: finished[0].classes,
      panels: () => [{name: 'rows: true class, columns: predicted class', size, values: shares, label: (row, column) =>
        `${text(shares[row * size + column], true)} (${counts[row * size + column]} of ${sums[row]})`}]});
  });
}

/** What is confused most often, where a matrix would have cells too small to see. */
function frequentConfusions(group, size, cells, names) {
  const most = 40;
  const [counts, sums] = [new Map(), new Map()];
  for (const [label, prediction, count] of cells) {
    sums.set(label, (sums.get(label) ?? 0) + count);
    if (label === prediction) continue;
    const key = label * size + prediction;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  const name = (place) => names[place] ?? place;
  const header = ['class', 'taken for', 'samples', 'share of the class'];
  const rows = [...counts].sort(([a, one], [b, other]) => other - one || a - b).slice(0, most).map(([key, count]) => {
    const label = Math.floor(key / size);
    return [name(label), name(key % size), count, text(count / sums.get(label), true)];
  });
  return element('div', {}, table(`The most frequent confusions of ${size} classes: ${group.name}`, header, rows, {isSortable: true}),
    csvButton('confusions', [header, ...rows]));
}

/** What a search tried; trials that were left behind say after how many epochs. */
function trials({folder, header, rows}) {
  const number = (cell) => /^-?[0-9.]+(e-?[0-9]+)?$/i.test(cell) && cell.includes('.') ? text(Number(cell)) : cell;
  const words = {pruned: ['', 'left behind'], best: ['', 'best']};
  const shown = rows.map((row) => row.map((cell, index) => words[header[index]]?.[Number(cell)] ?? number(cell)));
  return element('div', {}, table(`Trials of ${folder}, by their validation score; the test split was not read`, header, shown, {isSortable: true}),
    csvButton('trials', [header, ...rows]));
}

/** What `equipoise features` wrote, in the plane. */
function featurePictures({features}) {
  if (!features.length) return null;
  return element('div', {}, features.flatMap((file, index) => {
    const kinds = [{key: 'principal', name: 'principal components', axes: ['component 1', 'component 2'],
      what: 'The two directions of the largest variance (PCA) of each modality’s features.'},
    {key: 'neighbours', name: 't-SNE', axes: ['x', 'y'],
      what: 'Samples with like features beside each other (t-SNE, perplexity 30): only nearness means something, not distances or directions.'}];
    const part = file.samples > (file.panels[0]?.ids.length ?? 0) ? ` ${file.panels[0].ids.length} of ${file.samples} samples, drawn at random.` : '';
    return kinds.filter(() => file.panels.length).map(({key, name, axes, what}) => scatterPlot({id: `features-${key}-${index}`,
      title: `Features by ${name}: ${file.path}`, caption: what + part, axes, classes: file.classes,
      panels: file.panels.map((panel) => ({name: panel.name, points: panel[key], labels: panel.labels, ids: panel.ids,
        shares: key === 'principal' ? panel.shares : null}))}));
  }));
}

// Settings

/** What a search chose in each fold of a nested cross-validation. */
function choices({entries}) {
  const found = entries.filter(({chosen}) => chosen);
  if (!found.length) return null;
  const rows = found[0].chosen.map((_, fold) => [fold, ...found.map(({chosen}) => chosen[fold].join(' ') || '–')]);
  return table('Settings chosen in each fold', ['fold', ...found.map(({name}) => name)], rows, {isText: true});
}

/** What the runs were made with, where it is still there. */
function datasets({datasets: found}) {
  if (!found.length) return null;
  const rows = found.map((data) => [data.name, data.task, data.outputs, data.modalities.join(', '),
    ...['train', 'validation', 'test'].map((split) => data.samples[split] ?? '–'), data.missingValues ?? 'refused']);
  return table('Data as prepared', ['dataset', 'task', 'outputs', 'modalities', 'train', 'validation', 'test', 'missing values'],
    rows, {isText: true});
}

function settings(groups) {
  const keys = [...new Set(groups.flatMap((group) => group.runs[0].configuration.map(([key]) => key)))]
    .filter((key) => key !== 'runtime.seed');
  // What only one of them has belongs to its method and is below.
  const differing = keys.filter((key) => {
    const values = groups.map((group) => setting(group.runs[0], key)).filter((value) => value !== undefined);
    return values.length > 1 && new Set(values).size > 1;
  });
  if (!differing.length) return configurations(groups);
  const rows = differing.map((key) => [key, ...groups.map((group) => setting(group.runs[0], key) ?? '–')]);
  return element('div', {}, table('Settings that differ', ['setting', ...groups.map((group) => group.name)], rows), configurations(groups));
}

function configurations(groups) {
  return element('details', {}, element('summary', {}, 'All settings'), groups.map((group) => element('details', {},
    element('summary', {}, group.name), table('Settings of ' + group.name, ['setting', 'value'], group.runs[0].configuration, {isText: true}))));
}

function environments({groups}) {
  const runs = groups.flatMap((group) => group.runs).filter((run) => run.environment);
  // A section of its own, such as how threads wait, gives a row for each of its keys.
  const flat = (value, name) => value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => flat(inner, name ? `${name}.${key}` : key))
    : [[name, Array.isArray(value) ? value.join(' ') : value]];
  const machines = runs.map((run) => new Map(flat(run.environment, '')));
  const keys = [...new Set(machines.flatMap((machine) => [...machine.keys()]))].sort();
  const rows = keys.map((key) => [key, [...new Set(machines.map((machine) => machine.get(key) ?? '–'))].join(', ')]);
  return rows.length ? table('Made with and on', ['what', 'value'], rows, {isText: true}) : null;
}

// Start

function show(data) {
  hideTooltip();
  document.getElementById('page').replaceChildren(...sections(model(data)), tooltip,
    element('footer', {}, `Equipoise ${data.version}`));
}

show(JSON.parse(document.getElementById('data').textContent));

if ('live' in document.documentElement.dataset) {
  let last = '';
  setInterval(async () => {
    try {
      const answer = await fetch('/data.json');
      if (!answer.ok) return;
      const now = await answer.text();
      // Only the time has changed where this is the same.
      const key = now.replace(/"made":"[^"]*"/, '');
      if (last && key !== last && !document.querySelector('figure:focus-within, details[open]')) show(JSON.parse(now));
      if (!last || key !== last) last = key;
    } catch { /* The server has gone; the page stays. */ }
  }, 5000);
}
