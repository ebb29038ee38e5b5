// SPDX-License-Identifier: Apache-2.0
'use strict';
// What every plot has: title, controls, the drawing, its numbers and files.

const tooltip = element('div', {id: 'tooltip', hidden: true, 'aria-hidden': 'true'});

function showTooltip(lines, event) {
  tooltip.replaceChildren(...lines.map((line) => element('div', {}, line)));
  tooltip.hidden = false;
  const {width, height} = tooltip.getBoundingClientRect();
  const left = event.clientX + 16 + width > innerWidth ? event.clientX - width - 12 : event.clientX + 16;
  const top = Math.min(event.clientY + 12, innerHeight - height - 8);
  tooltip.style.left = Math.max(4, left) + 'px';
  tooltip.style.top = Math.max(4, top) + 'px';
}

function hideTooltip() { tooltip.hidden = true; }

/**
 * A figure. `plot` has `id`, `title`, `caption`, `rows()` (header and numbers, for CSV and table) and
 * `draw(width)`, which gives {svg, move(key) → text}; `controls` are elements between title and drawing.
 */
function figure(plot, controls = []) {
  const drawing = element('div', {class: 'drawing'});
  const spoken = element('p', {class: 'spoken', 'aria-live': 'polite'});
  const holder = element('div', {class: 'numbers'});
  let drawn = null;
  let width = 0;

  function draw() {
    width = Math.max(280, Math.floor(drawing.clientWidth) || 720);
    drawn = plot.draw(width);
    const {svg} = drawn;
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', `${plot.title}. ${plot.caption} Arrow keys read the values.`);
    svg.setAttribute('tabindex', '0');
    svg.addEventListener('keydown', (event) => {
      if (!event.key.startsWith('Arrow')) return;
      event.preventDefault();
      spoken.textContent = drawn.move(event.key) ?? '';
    });
    svg.addEventListener('pointerleave', hideTooltip);
    drawing.replaceChildren(svg);
    if (numbers.open) fillNumbers();
  }

  function fillNumbers() {
    const [header, ...rows] = plot.rows();
    const most = 500;
    const note = rows.length > most ? ` (the first ${most} of ${rows.length} rows; CSV has all)` : '';
    holder.replaceChildren(table(plot.title + note, header,
      rows.slice(0, most).map((row) => row.map((cell) => typeof cell === 'number' ? text(cell) : cell))));
  }

  const numbers = element('details', {toggle: () => numbers.open && fillNumbers()},
    element('summary', {}, 'Numbers'), holder);
  const button = (name, what, act) => element('button', {type: 'button', 'aria-label': `${what}: ${plot.title}`,
    click: act}, name);
  const tools = element('div', {class: 'tools'},
    button('CSV', 'Save the numbers as CSV', () => save(plot.id + '.csv', plot.rows().map(csvLine).join(''), 'text/csv')),
    button('SVG', 'Save as SVG', () => save(plot.id + '.svg', standalone(drawn.svg, plot.title), 'image/svg+xml')),
    button('PNG', 'Save as PNG', () => savePNG(plot.id + '.png', standalone(drawn.svg, plot.title))));

  const node = element('figure', {id: plot.id},
    element('figcaption', {}, element('h3', {}, plot.title), element('p', {}, plot.caption)),
    controls, drawing, spoken, element('div', {class: 'below'}, tools, numbers));
  new ResizeObserver(() => {
    if (drawing.clientWidth && Math.abs(drawing.clientWidth - width) > 2) draw();
  }).observe(drawing);
  node.redraw = draw;
  draw();
  return node;
}

/** The drawing as a file of its own, with the colours that it has on the page. */
function standalone(svg, title) {
  const copy = svg.cloneNode(true);
  // Attributes, as drawing programs know neither the page's classes nor its variables.
  const styled = copy.querySelectorAll('[class]');
  svg.querySelectorAll('[class]').forEach((node, index) => {
    const style = getComputedStyle(node);
    for (const name of ['fill', 'stroke', 'stroke-width', 'stroke-linejoin', 'opacity', 'font-family', 'font-size']) {
      styled[index].setAttribute(name, style.getPropertyValue(name));
    }
  });
  copy.querySelectorAll('.hover').forEach((node) => node.remove());
  copy.prepend(shape('title', {}, title),
    shape('rect', {width: '100%', height: '100%', fill: getComputedStyle(document.body).backgroundColor}));
  return new XMLSerializer().serializeToString(copy);
}

function savePNG(name, source) {
  const image = new Image();
  image.onload = () => {
    const canvas = element('canvas', {width: 2 * image.width, height: 2 * image.height});
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(name, blob));
  };
  image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(source);
}

/** A choice; remembers what was chosen while the page is open. */
const chosen = new Map();

function choice(label, key, options, act) {
  const value = options.some((option) => option.value === chosen.get(key)) ? chosen.get(key) : options[0]?.value;
  chosen.set(key, value);
  const select = element('select', {change: () => { chosen.set(key, select.value); act(select.value); }},
    options.map((option) => element('option', {value: option.value, selected: option.value === value}, option.name)));
  return element('label', {class: 'choice'}, label + ' ', select);
}
