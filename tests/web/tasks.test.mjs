/** Names, order, and items of other clients. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Synced } from '../../web/view.js';
import { cleanName, compare, fallbackPosition, isPosition, nameProblem, readTask } from '../../web/tasks.js';

const COLUMNS = ['todo', 'doing'];
const read = (data, index = 0) => readTask({ index, data, revision: 'r' }, COLUMNS);
const shown = (synced) => synced.columns.get('todo').map(({ id }) => id);

test('the tutorial’s bare item is a task of the first column', () => {
  const task = read({ name: 'x' });
  assert.deepEqual([task.id, task.name, task.list, task.mark, task.position], ['0', 'x', 'todo', '', 'V00000']);
});

test('an unknown list is a mark in the first column', () => {
  const task = read({ name: 'x', list: 'later' });
  assert.deepEqual([task.list, task.mark], ['todo', 'later']);
});

test('a name that is no text shows as its JSON', () => {
  assert.equal(read({ name: 5 }).name, '5');
  assert.equal(read({ title: 'y', list: 'todo' }).name, '{"title":"y"}');
  assert.equal(read([1, 2]).name, '[1,2]');
});

test('positions that no fractional index has count as none', () => {
  const good = ['a0', 'a0V', 'Zz', 'b00', 'a0' + 'V'.repeat(198)];
  const bad = ['', 'a', 'a00', 'b0', '0a', 'a-', 'A' + '0'.repeat(26), 'a0' + 'V'.repeat(199), 5, null];
  assert.deepEqual(good.filter((position) => !isPosition(position)), []);
  assert.deepEqual(bad.filter(isPosition), []);
});

test('a fallback position is valid, below the normal ones, and in the order of the index', () => {
  const positions = [0, 1, 61, 62, 123456].map(fallbackPosition);
  assert.ok(positions.slice(1).every((position, at) => isPosition(position) && position > positions[at] && position < 'a0'));
});

test('equal positions go by index as a number', () => {
  const [second, tenth] = [read({ position: 'a0' }, 2), read({ position: 'a0' }, 10)];
  assert.ok(compare(second, tenth) < 0);
});

test('of two items with one key only the lower index shows, whichever comes first', () => {
  for (const order of [[3, 7], [7, 3]]) {
    const synced = new Synced(COLUMNS);
    order.forEach((index) => synced.put(read({ name: 'x', key: '0b5a7e52-1a52-5f0c-9d9e-27f0f6a3c111' }, index)));
    assert.deepEqual(shown(synced), ['3']);
    synced.remove('3');
    assert.deepEqual(shown(synced), ['7']);
  }
});

test('a task removed while a snapshot is read does not come back with a page', () => {
  const synced = new Synced(COLUMNS);
  synced.beginSnapshot();
  synced.remove('0');
  synced.putRead(read({ name: 'x' }));
  assert.deepEqual(shown(synced), []);
});

test('an event is not undone by an older page', () => {
  const synced = new Synced(COLUMNS);
  synced.beginSnapshot();
  synced.put(read({ name: 'new' }));
  synced.putRead(read({ name: 'old' }));
  assert.equal(synced.tasks.get('0').name, 'new');
});

test('what a complete snapshot does not have is gone', () => {
  const synced = new Synced(COLUMNS);
  [0, 1].forEach((index) => synced.put(read({ name: 'x' }, index)));
  synced.beginSnapshot();
  synced.putRead(read({ name: 'x' }, 1));
  assert.deepEqual(synced.endSnapshot(), ['0']);
  assert.deepEqual(shown(synced), ['1']);
});

test('a name is one line without control characters', () => {
  assert.equal(cleanName(' a\n\tb\u0007 '), 'a b');
});

test('a name is at most so many characters and bytes', () => {
  const limits = { chars: 500, bytes: 700 };
  assert.equal(nameProblem('x'.repeat(500), limits), '');
  assert.match(nameProblem('x'.repeat(501), limits), /501 characters/);
  assert.match(nameProblem('€'.repeat(234), limits), /702 bytes/);
  assert.equal(nameProblem('🎉'.repeat(175), limits), '');
});

test('modules import without cycles, and only from main towards state', () => {
  const layers = [['main', 'worker'], ['editor'], ['api', 'clicks', 'drag', 'forms', 'history', 'keys', 'leases', 'line', 'render', 'sync'], ['cards', 'dialog', 'state'], ['view'], ['machine', 'tasks']];
  const layerOf = (name) => layers.findIndex((layer) => layer.includes(name));
  const folder = new URL('../../web/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const from = file.replace('.js', '');
    const imports = readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:from |import\()'\.\/(\w+)\.js'/g);
    for (const [, to] of imports) assert.ok(layerOf(from) >= 0 && layerOf(to) > layerOf(from), `${from} → ${to}`);
  }
});
