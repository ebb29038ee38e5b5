// SPDX-License-Identifier: Apache-2.0
'use strict';
// What the plots are made of: groups of runs, whose means over seeds come with the data.

/** The data with each group's own runs in place of their numbers. */
function model(data) {
  return {...data, groups: data.groups.map((group) => ({...group, runs: group.runs.map((index) => data.runs[index])}))};
}

/** The points of a curve over `axis`, a key of its points. */
function pointsOf(found, axis = 'epoch') {
  return (found?.points ?? []).filter((point) => Number.isFinite(point[axis]))
    .map((point) => ({x: point[axis], y: point.mean, deviation: point.deviation ?? null, count: point.count}));
}

/** The points of a score on the validation split, of a modality or fused. */
function validation(group, what, modality, axis) {
  return pointsOf(group.curves.find((curve) => curve.scope === 'validation' && curve.what === what
    && curve.modality === modality), axis);
}

/** What the method measured at each depth, by depth. */
function depthCurves(group, what) {
  return group.curves.filter((curve) => curve.scope === 'telemetry' && curve.what === what && curve.depth !== undefined)
    .sort((a, b) => a.depth - b.depth);
}

/** A setting's text in a run. */
function setting(run, key) {
  return run.configuration.find(([name]) => name === key)?.[1];
}
