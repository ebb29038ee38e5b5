// SPDX-License-Identifier: Apache-2.0
'use strict';
// Elements and numbers.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes and children; functions among the attributes listen to events. */
function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** A number as text: percent with one digit, else about four significant ones. */
function text(value, isPercent = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (isPercent) return (100 * value).toFixed(1) + ' %';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(2);
  if (size >= 1e4) {
    const [unit, name] = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']].find(([unit]) => size >= unit);
    return Number((value / unit).toPrecision(3)) + ' ' + name;
  }
  return String(Number(value.toPrecision(4)));
}

/** Mean ± standard deviation as text, of {mean, deviation}. */
function spread(found, isPercent = false, digits = null) {
  if (!found) return '–';
  const show = (value) => isPercent ? (100 * value).toFixed(1) : digits === null ? text(value) : value.toFixed(digits);
  return show(found.mean) + (found.deviation === undefined ? '' : ' ± ' + show(found.deviation));
}

/** About `count` round numbers that span low…high, whole ones where asked. */
function ticks(low, high, count, isWhole = false) {
  const raw = Math.max((high - low) / Math.max(1, count), isWhole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power)
    .find((step) => step >= raw * 0.999 && !(isWhole && step % 1));
  const found = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + 1e-9 * step; index++) {
    found.push(Number((index * step).toPrecision(12)));
  }
  return found;
}

/** A line of CSV (RFC 4180); text that a spreadsheet would take for a formula gets an apostrophe. */
function csvLine(cells) {
  return cells.map((cell) => {
    const plain = cell === null || cell === undefined ? '' : String(cell);
    const text = /^[=+\-@\t\r]/.test(plain) && !Number.isFinite(Number(plain)) ? "'" + plain : plain;
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }).join(',') + '\r\n';
}

/** Hands the user a file. */
function save(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], {type});
  const link = element('a', {href: URL.createObjectURL(blob), download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A table with a caption; the first cell of a row is its header. Numbers are right-aligned, texts are not. */
function table(caption, header, rows, {isSortable = false, isText = false} = {}) {
  const body = element('tbody');
  const show = (rows) => body.replaceChildren(...rows.map((row) => element('tr', {},
    row.map((cell, index) => element(index ? 'td' : 'th', index ? {} : {scope: 'row'}, String(cell ?? ''))))));
  show(rows);
  let [sorted, isDown] = [-1, false];
  const heads = header.map((name, index) => {
    const cell = element('th', {scope: 'col'});
    if (!isSortable) { cell.append(name); return cell; }
    cell.append(element('button', {type: 'button', class: 'sort', click: () => {
      isDown = sorted === index ? !isDown : index > 0;
      sorted = index;
      const key = (row) => {
        const number = parseFloat(String(row[index]).replaceAll('−', '-'));
        return Number.isNaN(number) ? -Infinity : number;
      };
      const isText = rows.every((row) => key(row) === -Infinity);
      const order = [...rows].sort((a, b) => isText
        ? String(a[index]).localeCompare(String(b[index])) : key(a) - key(b));
      show(isDown ? order.reverse() : order);
      heads.forEach((head, place) => place === index
        ? head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending') : head.removeAttribute('aria-sort'));
    }}, name));
    return cell;
  });
  return element('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption},
    element('table', {class: isText && 'texts'}, element('caption', {}, caption),
      element('thead', {}, element('tr', {}, heads)), body));
}
