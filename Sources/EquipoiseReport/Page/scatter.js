// SPDX-License-Identifier: Apache-2.0
'use strict';
// Points in a plane, coloured by class.

/**
 * Panels of points. `panels` are {name, points: [[x, y]], labels, ids, shares}; `classes` are the labels' names, at
 * most eight of which have a colour of their own.
 */
function scatterPlot({id, title, caption, axes, panels, classes}) {
  const frequent = classes.map((name, index) => ({index, count: panels[0].labels.filter((label) => label === index).length}))
    .sort((a, b) => b.count - a.count || a.index - b.index).slice(0, classes.length > 8 ? 7 : 8).map(({index}) => index).sort((a, b) => a - b);
  const colour = (label) => { const place = frequent.indexOf(label); return place < 0 ? 7 : place; };
  const hidden = new Set();
  const plot = {id, title, caption,
    rows: () => [['panel', 'sample', 'class', ...axes], ...panels.flatMap((panel) => panel.points.map(([x, y], index) =>
      [panel.name, panel.ids[index], classes[panel.labels[index]] ?? '', x, y]))],
    draw: (width) => drawScatter(panels, width, {axes, classes, colour, hidden}),
  };
  const entries = [...frequent.map((label) => ({name: classes[label], at: colour(label), labels: [label]})),
    ...(frequent.length < classes.length ? [{name: 'others', at: 7, labels: classes.map((_, index) => index).filter((label) => !frequent.includes(label))}] : [])];
  const legend = element('div', {class: 'legend', role: 'group', 'aria-label': 'Classes of ' + title}, entries.map(({name, at, labels}) => {
    const button = element('button', {type: 'button', 'aria-pressed': 'true', click: () => {
      const isHidden = hidden.has(labels[0]);
      for (const label of labels) { if (isHidden) hidden.delete(label); else hidden.add(label); }
      button.setAttribute('aria-pressed', String(isHidden));
      node.redraw();
    }}, shape('svg', {width: 12, height: 10, 'aria-hidden': 'true'}, shape('circle', {class: `plot-f${at}`, cx: 5, cy: 5, r: 4})), name);
    return button;
  }));
  const node = figure(plot, entries.length > 1 ? [legend] : []);
  return node;
}

function drawScatter(panels, width, {axes, classes, colour, hidden}) {
  const [gap, head, foot] = [16, 20, 22];
  const columns = panels.length === 1 ? 1 : Math.max(1, Math.min(3, Math.floor((width + gap) / 260)));
  const side = Math.min(panels.length === 1 ? 460 : 340, Math.floor((width - gap * (columns - 1)) / columns));
  const rows = Math.ceil(panels.length / columns);
  const height = rows * (side + head + foot);
  const svg = shape('svg', {class: 'plot', width, height, viewBox: `0 0 ${width} ${height}`});
  const marks = [];
  panels.forEach((panel, index) => {
    const [left, top] = [(index % columns) * (side + gap), Math.floor(index / columns) * (side + head + foot) + head];
    const [xs, ys] = [0, 1].map((axis) => panel.points.map((point) => point[axis]));
    const span = (values) => { const [low, high] = [Math.min(...values), Math.max(...values)]; return [low, high - low || 1]; };
    const [[x0, dx], [y0, dy]] = [span(xs), span(ys)];
    const share = (at) => panel.shares ? `${axes[at]}, ${text(panel.shares[at], true)} of the variance` : axes[at];
    svg.append(shape('text', {class: 'plot-text', x: left, y: top - 6}, panel.name),
      shape('path', {class: 'plot-grid', d: `M${left} ${top}h${side}v${side}h${-side}Z`}),
      shape('text', {class: 'plot-text', x: left, y: top + side + 15}, share(0) + (panel.shares ? ` → ↑ ${text(panel.shares[1], true)}` : '')));
    panel.points.forEach(([x, y], place) => {
      const label = panel.labels[place];
      if (hidden.has(label)) return;
      const mark = {index, place, x: left + 6 + (x - x0) / dx * (side - 12), y: top + side - 6 - (y - y0) / dy * (side - 12)};
      marks.push(mark);
      svg.append(shape('circle', {class: `plot-mark plot-f${label === undefined || label === null ? 7 : colour(label)}`, cx: mark.x.toFixed(1), cy: mark.y.toFixed(1), r: 3}));
    });
  });
  const ring = shape('circle', {class: 'plot-outline hover', r: 6, fill: 'none', visibility: 'hidden'});
  svg.append(ring);
  let at = -1;
  const tell = (found) => {
    at = found;
    const {index, place, x, y} = marks[at];
    const panel = panels[index];
    for (const [name, value] of Object.entries({cx: x, cy: y, visibility: 'visible'})) ring.setAttribute(name, value);
    return [`${panel.name}: ${panel.ids[place]}`, classes[panel.labels[place]] ?? 'class unknown', panel.points[place].map((value) => text(value)).join(', ')];
  };
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const distance = (mark) => Math.hypot(mark.x - event.clientX + box.left, mark.y - event.clientY + box.top);
    const nearest = marks.reduce((best, mark, place) => best < 0 || distance(mark) < distance(marks[best]) ? place : best, -1);
    if (nearest < 0) { ring.setAttribute('visibility', 'hidden'); hideTooltip(); return; }
    showTooltip(tell(nearest), event);
  });
  svg.addEventListener('pointerleave', () => ring.setAttribute('visibility', 'hidden'));
  const move = (key) => {
    if (!marks.length) return '';
    const step = key === 'ArrowLeft' || key === 'ArrowDown' ? -1 : 1;
    return tell(Math.min(marks.length - 1, Math.max(0, at + step))).join(', ');
  };
  return {svg, move};
}
