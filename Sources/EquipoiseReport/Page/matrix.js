// SPDX-License-Identifier: Apache-2.0
'use strict';
// Matrices as coloured cells.

const scale = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

/** The colour of a share from 0 to 1; the same in both themes, so that a figure means the same. */
function cellColour(share) {
  const place = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const index = Math.min(scale.length - 2, Math.floor(place));
  const part = place - index;
  return 'rgb(' + scale[index].map((value, channel) =>
    Math.round(value + part * (scale[index + 1][channel] - value))).join(',') + ')';
}

/**
 * Matrices side by side. `panels()` gives [{name, size, values, label(row, column, value)}]; colours span
 * `limits`.
 */
function matrixPlot({id, title, caption, limits, panels, axes, rowNames = []}, controls = []) {
  const plot = {id, title, caption,
    rows: () => [['matrix', ...axes, 'value'], ...panels().flatMap((panel) => panel.values.map((value, index) =>
      [panel.name, rowNames[Math.floor(index / panel.size)] ?? Math.floor(index / panel.size),
        rowNames[index % panel.size] ?? index % panel.size, value]))],
    draw: (width) => drawMatrices(panels(), width, {limits, axes, rowNames}),
  };
  return figure(plot, controls);
}

function drawMatrices(panels, width, {limits: [low, high], axes, rowNames}) {
  const gap = 16;
  const columns = panels.length === 1 ? 1 : Math.max(1, Math.min(4, Math.floor((width + gap) / 190)));
  const side = Math.min(panels.length === 1 ? 460 : 240, Math.floor((width - gap * (columns - 1)) / columns));
  const rows = Math.ceil(panels.length / columns);
  const head = 20;
  const bar = 44;
  const height = rows * (side + head + gap) + bar;
  const svg = shape('svg', {class: 'plot', width, height, viewBox: `0 0 ${width} ${height}`});
  const cells = [];
  panels.forEach((panel, index) => {
    const [left, top] = [(index % columns) * (side + gap), Math.floor(index / columns) * (side + head + gap)];
    const cell = side / panel.size;
    svg.append(shape('text', {class: 'plot-text', x: left, y: top + 14}, panel.name));
    const group = shape('g', {'shape-rendering': 'crispEdges'});
    panel.values.forEach((value, place) => {
      const [row, column] = [Math.floor(place / panel.size), place % panel.size];
      group.append(shape('rect', {x: (left + column * cell).toFixed(2), y: (top + head + row * cell).toFixed(2),
        width: cell.toFixed(2), height: cell.toFixed(2), fill: cellColour((value - low) / (high - low))}));
    });
    svg.append(group);
    cells.push({panel, left, top: top + head, cell});
  });
  // The scale.
  const top = height - bar + 6;
  const length = Math.min(220, width - 20);
  for (let step = 0; step < 44; step++) {
    svg.append(shape('rect', {x: (step * length / 44).toFixed(2), y: top, width: (length / 44 + 0.5).toFixed(2), height: 10,
      fill: cellColour(step / 43)}));
  }
  svg.append(shape('text', {class: 'plot-text', x: 0, y: top + 26}, text(low)),
    shape('text', {class: 'plot-text', x: length, y: top + 26, 'text-anchor': 'end'}, text(high)));

  const outline = shape('rect', {class: 'plot-outline hover', visibility: 'hidden'});
  svg.append(outline);
  let at = {panel: 0, row: 0, column: -1};
  const tell = ({panel: index, row, column}) => {
    const {panel, left, top, cell} = cells[index];
    for (const [name, value] of Object.entries({x: left + column * cell, y: top + row * cell, width: cell, height: cell, visibility: 'visible'})) {
      outline.setAttribute(name, value);
    }
    const name = (place) => rowNames[place] ?? place;
    return [panel.name, `${axes[0]} ${name(row)}, ${axes[1]} ${name(column)}`, panel.label(row, column)];
  };
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const index = cells.findIndex(({panel, left, top, cell}) => x >= left && y >= top
      && x < left + panel.size * cell && y < top + panel.size * cell);
    if (index < 0) { outline.setAttribute('visibility', 'hidden'); hideTooltip(); return; }
    const {left, top, cell} = cells[index];
    at = {panel: index, row: Math.floor((y - top) / cell), column: Math.floor((x - left) / cell)};
    showTooltip(tell(at), event);
  });
  svg.addEventListener('pointerleave', () => outline.setAttribute('visibility', 'hidden'));
  const move = (key) => {
    if (!cells.length) return '';
    const size = cells[at.panel].panel.size;
    if (key === 'ArrowRight') at.column++;
    if (key === 'ArrowLeft') at.column--;
    if (key === 'ArrowDown') at.row++;
    if (key === 'ArrowUp') at.row--;
    if (at.column >= size) at = {panel: Math.min(cells.length - 1, at.panel + 1), row: at.row, column: 0};
    if (at.column < 0) at = {panel: Math.max(0, at.panel - 1), row: at.row, column: 0};
    at.row = Math.min(cells[at.panel].panel.size - 1, Math.max(0, at.row));
    return tell(at).join(', ');
  };
  return {svg, move};
}
