// SPDX-License-Identifier: Apache-2.0
'use strict';
// Lines over a common axis, with a band for the spread over seeds.

/**
 * A plot of lines. `series` are {name, points: [{x, y, deviation}], isDashed, colour}; `isPercent` and
 * `yLabel` belong to y, `xLabel` to x; `limits` fixes y.
 */
function linePlot({id, title, caption, xLabel, yLabel, isPercent = false, limits = null, series}) {
  const shown = series.filter((line) => line.points.length);
  const hidden = new Set(shown.slice(10).map((line) => line.name));
  shown.forEach((line, index) => {
    line.colour ??= index % 8;
    line.dash = line.isDashed ? '5 4' : ['', '9 3', '2 3', '9 3 2 3'][Math.floor(index / 8) % 4];
  });
  const plot = {id, title, caption,
    rows: () => [['series', xLabel, yLabel, 'standard deviation', 'runs'],
      ...shown.flatMap((line) => line.points.map((point) => [line.name, point.x, point.y, point.deviation, point.count]))],
    draw: (width) => drawLines(shown.filter((line) => !hidden.has(line.name)), width, {xLabel, yLabel, isPercent, limits}),
  };
  const legend = element('div', {class: 'legend', role: 'group', 'aria-label': 'Lines of ' + title},
    shown.map((line) => {
      const button = element('button', {type: 'button', 'aria-pressed': String(!hidden.has(line.name)), click: () => {
        if (hidden.has(line.name)) hidden.delete(line.name); else hidden.add(line.name);
        button.setAttribute('aria-pressed', String(!hidden.has(line.name)));
        node.redraw();
      }}, shape('svg', {width: 26, height: 10, 'aria-hidden': 'true'},
        shape('path', {class: `plot-line plot-c${line.colour}`, d: 'M1 5H25', 'stroke-dasharray': line.dash})), line.name);
      return button;
    }));
  const node = figure(plot, shown.length > 1 ? [legend] : []);
  return node;
}

/** With more lines than this their bands would hide one another. */
const mostBands = 8;

function drawLines(series, width, {xLabel, yLabel, isPercent, limits}) {
  const height = Math.round(Math.min(360, Math.max(240, width * 0.5)));
  const margin = {left: 56, right: 14, top: 12, bottom: 44};
  const points = series.flatMap((line) => line.points);
  const xs = points.map((point) => point.x);
  let [left, right] = xs.length ? [Math.min(...xs), Math.max(...xs)] : [0, 1];
  if (left === right) [left, right] = [left - 1, right + 1];
  const ends = points.flatMap((point) => [point.y - (point.deviation ?? 0), point.y + (point.deviation ?? 0)]);
  let [low, high] = limits ?? (ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 1]);
  if (!limits) {
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    [low, high] = [low - room, high + room];
    if (isPercent) [low, high] = [Math.max(0, low), Math.min(1, high)];
  }
  const x = (value) => margin.left + (value - left) / (right - left) * (width - margin.left - margin.right);
  const y = (value) => height - margin.bottom
    - (Math.min(high, Math.max(low, value)) - low) / (high - low) * (height - margin.top - margin.bottom);

  const svg = shape('svg', {class: 'plot', width, height, viewBox: `0 0 ${width} ${height}`});
  for (const value of ticks(low, high, 5)) {
    svg.append(shape('path', {class: 'plot-grid', d: `M${margin.left} ${y(value)}H${width - margin.right}`}),
      shape('text', {class: 'plot-text', x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end'},
        isPercent ? String(Number((100 * value).toFixed(1))) : text(value)));
  }
  for (const value of ticks(left, right, Math.max(2, Math.floor(width / 110)), xs.every(Number.isInteger))) {
    svg.append(shape('path', {class: 'plot-grid', d: `M${x(value)} ${height - margin.bottom}v5`}),
      shape('text', {class: 'plot-text', x: x(value), y: height - margin.bottom + 18, 'text-anchor': 'middle'}, text(value)));
  }
  svg.append(
    shape('text', {class: 'plot-text', x: (margin.left + width - margin.right) / 2, y: height - 6, 'text-anchor': 'middle'}, xLabel),
    shape('text', {class: 'plot-text', transform: `translate(13 ${(height - margin.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle'},
      yLabel + (isPercent ? ' in %' : '')));
  for (const line of series) {
    if (series.length <= mostBands && line.points.length > 1 && line.points.some((point) => point.deviation)) {
      const upper = line.points.map((point) => `${x(point.x)} ${y(point.y + (point.deviation ?? 0))}`);
      const lower = line.points.map((point) => `${x(point.x)} ${y(point.y - (point.deviation ?? 0))}`).reverse();
      svg.append(shape('path', {class: `plot-band plot-f${line.colour}`, d: 'M' + [...upper, ...lower].join('L') + 'Z'}));
    }
  }
  for (const line of series) {
    const path = line.points.map((point) => `${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join('L');
    svg.append(shape('path', {class: `plot-line plot-c${line.colour}`, d: 'M' + path, 'stroke-dasharray': line.dash}));
    if (line.points.length <= 30) {
      for (const point of line.points) {
        svg.append(shape('circle', {class: `plot-mark plot-f${line.colour}`, cx: x(point.x).toFixed(1), cy: y(point.y).toFixed(1), r: 2.5}));
      }
    }
  }

  // Where pointer and arrow keys are: a place on the axis, and the point of each line nearest to it.
  const places = [...new Set(xs)].sort((a, b) => a - b);
  const rule = shape('path', {class: 'plot-rule hover', visibility: 'hidden'});
  svg.append(rule);
  let at = -1;
  const lines = (place) => {
    const found = series.map((line) => ({line, point: line.points.reduce((best, point) =>
      Math.abs(point.x - place) < Math.abs(best.x - place) ? point : best, line.points[0])}))
      .filter(({point}) => Math.abs(x(point.x) - x(place)) < 12)
      .sort((a, b) => b.point.y - a.point.y);
    return [`${xLabel} ${text(place)}`, ...found.slice(0, 12).map(({line, point}) => `${line.name}: `
      + text(point.y, isPercent) + (point.deviation === null ? '' : ' ± ' + text(point.deviation, isPercent)))];
  };
  const mark = (index) => {
    at = index;
    rule.setAttribute('d', `M${x(places[index])} ${margin.top}V${height - margin.bottom}`);
    rule.setAttribute('visibility', 'visible');
    return lines(places[index]);
  };
  svg.addEventListener('pointermove', (event) => {
    if (!places.length) return;
    const place = (event.clientX - svg.getBoundingClientRect().left);
    let nearest = 0;
    places.forEach((value, index) => { if (Math.abs(x(value) - place) < Math.abs(x(places[nearest]) - place)) nearest = index; });
    showTooltip(mark(nearest), event);
  });
  svg.addEventListener('pointerleave', () => rule.setAttribute('visibility', 'hidden'));
  const move = (key) => {
    if (!places.length) return '';
    const step = key === 'ArrowLeft' || key === 'ArrowDown' ? -1 : 1;
    return mark(Math.min(places.length - 1, Math.max(0, at + step))).join(', ');
  };
  return {svg, move};
}
