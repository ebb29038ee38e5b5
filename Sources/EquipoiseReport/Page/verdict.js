// SPDX-License-Identifier: Apache-2.0
'use strict';
// The verdict: what each modality reaches inside the models and alone, in words and as a picture.

function verdictSection({groups, comparisons}) {
  const judged = groups.filter((group) => group.verdict);
  if (!judged.length) return null;
  const baseline = comparisons.length === 1 ? judged.find(({name}) => name === comparisons[0].baseline) : null;
  const first = baseline ?? judged.find(({method}) => method === 'joint') ?? judged[0];
  const others = judged.filter((group) => group !== first);
  const gains = first.verdict.gains;
  return element('section', {'aria-labelledby': 'verdict'}, element('h2', {id: 'verdict'}, 'Verdict'),
    element('p', {class: 'verdict'}, `${first.name}: ${first.verdict.sentences[0]}`),
    first.verdict.sentences.slice(1).map((sentence) => element('p', {}, sentence)),
    others.map(({name}) => gains[name] ? element('p', {}, gains[name]) : null),
    verdictFigure(judged));
}

/** Bars of what modalities reach inside each model, under lines of what they reach alone, on one axis. */
function verdictFigure(groups) {
  const {measure} = groups[0];
  const same = groups.filter((group) => group.measure.name === measure.name);
  const modalities = [...new Set(same.flatMap(({verdict}) => verdict.modalities.map(({name}) => name)))].sort();
  const isPercent = isShare(measure);
  const found = (group, name) => group.verdict.modalities.find((modality) => modality.name === name);
  const chance = same.map(({verdict}) => verdict.chance).find(Number.isFinite);
  const rows = () => [['configuration', 'modality', 'inside', 'alone', 'neglect', 'lower', 'upper', 'together', 'chance'],
    ...same.flatMap((group) => modalities.map((name) => [group, name, found(group, name)]).filter(([, , modality]) => modality)
      .map(([{name: configuration, verdict}, name, {inside, alone, neglect}]) => [configuration, name, inside.mean, alone?.mean,
        neglect?.mean, neglect?.interval?.lower, neglect?.interval?.upper, verdict.fused.mean, verdict.chance]))];
  const legend = element('div', {class: 'legend'}, modalities.map((name, index) => element('span', {class: 'key'},
    shape('svg', {width: 14, height: 10, 'aria-hidden': 'true'}, shape('rect', {class: `plot-f${1 + index % 7}`, width: 14, height: 10})), name)));
  return figure({id: 'verdict-figure', title: 'Inside the model and alone',
    caption: `${capital(measure.title)} of each modality inside the models (bars) and trained alone (lines over them); dots: all `
      + 'modalities together' + (Number.isFinite(chance) ? '; dashed: knowing nothing' : '') + '. The gap between bar and line is the neglect.',
    rows, draw: (width) => drawVerdict(same, modalities, found, chance, isPercent, measure, width)}, [legend]);
}

function drawVerdict(groups, modalities, found, chance, isPercent, measure, width) {
  const margin = {left: 56, right: 14, top: 12};
  const isSlanted = (width - margin.left) / groups.length < 90;
  const longest = Math.max(...groups.map(({name}) => name.length));
  margin.bottom = isSlanted ? Math.min(150, 24 + 5.4 * longest) : 34;
  const height = Math.round(Math.min(360, Math.max(240, width * 0.4))) + margin.bottom - 34;
  const values = groups.flatMap((group) => [group.verdict.fused.mean, ...group.verdict.modalities.flatMap(({inside, alone}) =>
    [inside.mean - (inside.deviation ?? 0), inside.mean + (inside.deviation ?? 0), alone?.mean ?? 0])]);
  const [low, high] = isPercent ? [0, 1] : [Math.min(0, ...values), Math.max(0, ...values) * 1.06 || 1];
  const y = (value) => height - margin.bottom - (value - low) / (high - low) * (height - margin.top - margin.bottom);
  const slot = (width - margin.left - margin.right) / groups.length;
  const bar = Math.min(40, slot * 0.8 / modalities.length);
  const svg = shape('svg', {class: 'plot', width, height, viewBox: `0 0 ${width} ${height}`});
  for (const value of ticks(low, high, 5)) {
    svg.append(shape('path', {class: 'plot-grid', d: `M${margin.left} ${y(value)}H${width - margin.right}`}),
      shape('text', {class: 'plot-text', x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end'},
        isPercent ? String(Math.round(100 * value)) : text(value)));
  }
  svg.append(shape('text', {class: 'plot-text', transform: `translate(13 ${(height - margin.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle'},
    measure.title + (isPercent ? ' in %' : '')));
  const says = (group) => [`${group.name}: together ${text(group.verdict.fused.mean, isPercent)}`,
    ...group.verdict.modalities.map(({name, inside, alone, neglect}) => `${name}: ${text(inside.mean, isPercent)} inside`
      + (alone ? `, ${text(alone.mean, isPercent)} alone` : '')
      + (neglect ? `, neglect ${isPercent ? (100 * neglect.mean).toFixed(1) + ' points' : text(neglect.mean)}` : ''))];
  groups.forEach((group, place) => {
    const middle = margin.left + slot * (place + 0.5);
    const start = middle - bar * modalities.length / 2;
    modalities.forEach((name, index) => {
      const modality = found(group, name);
      if (!modality) return;
      const [left, top] = [start + bar * index, y(Math.max(0, modality.inside.mean))];
      svg.append(shape('rect', {class: `plot-f${1 + index % 7}`, x: (left + 1).toFixed(1), y: top.toFixed(1),
        width: Math.max(1, bar - 2).toFixed(1), height: Math.abs(y(0) - y(modality.inside.mean)).toFixed(1)}));
      if (modality.inside.deviation) {
        const [from, to] = [modality.inside.mean - modality.inside.deviation, modality.inside.mean + modality.inside.deviation].map(y);
        svg.append(shape('path', {class: 'plot-rule', d: `M${(left + bar / 2).toFixed(1)} ${from.toFixed(1)}V${to.toFixed(1)}`}));
      }
      if (modality.alone) {
        svg.append(shape('path', {class: `plot-line plot-c${1 + index % 7}`, d: `M${(left - 2).toFixed(1)} ${y(modality.alone.mean).toFixed(1)}h${(bar + 4).toFixed(1)}`}));
      }
    });
    svg.append(shape('circle', {class: 'plot-mark plot-f0', cx: middle.toFixed(1), cy: y(group.verdict.fused.mean).toFixed(1), r: 4}));
    const foot = height - margin.bottom + 16;
    svg.append(shape('text', isSlanted
      ? {class: 'plot-text', transform: `translate(${middle.toFixed(1)} ${foot}) rotate(-50)`, 'text-anchor': 'end'}
      : {class: 'plot-text', x: middle.toFixed(1), y: foot, 'text-anchor': 'middle'}, group.name));
  });
  if (Number.isFinite(chance)) {
    svg.append(shape('path', {class: 'plot-rule', 'stroke-dasharray': '5 4', d: `M${margin.left} ${y(chance).toFixed(1)}H${width - margin.right}`}));
  }
  svg.addEventListener('pointermove', (event) => {
    const place = Math.floor((event.clientX - svg.getBoundingClientRect().left - margin.left) / slot);
    if (groups[place]) showTooltip(says(groups[place]), event); else hideTooltip();
  });
  let at = -1;
  const move = (key) => {
    at = Math.min(groups.length - 1, Math.max(0, at + (key === 'ArrowLeft' || key === 'ArrowDown' ? -1 : 1)));
    return says(groups[at]).join('; ');
  };
  return {svg, move};
}
