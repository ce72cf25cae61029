// Undo and redo of what the server may refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { OutcomeUnknown, Refusal } from '../../web/api.js';
import { item, later, world } from './world.mjs';

const busy = () => Promise.reject(new Refusal(503, {}, '2'));

test('an undo of a deletion that was refused can be tried again', async () => {
  const restored = [];
  let isBusy = true;
  const page = world({
    send: ({ kind, restore }) => {
      if (kind === 'remove') return Promise.resolve(null);
      restored.push(restore);
      return isBusy ? busy() : Promise.resolve(item(9));
    },
  });
  page.state.put(item(0));
  page.act({ kind: 'remove', task: '0' });
  await later();
  page.state.remove('0');
  for (isBusy of [true, false]) {
    page.history.revert('undo');
    await later();
  }
  assert.deepEqual(restored, ['0', '0']);
});

test('what was done to a card whose adding was refused leaves no step', async () => {
  const page = world({ send: busy });
  page.act({ kind: 'add', task: 'new-1', list: 'todo', name: 'x', at: 'bottom' });
  page.act({ kind: 'change', task: 'new-1', name: 'y' });
  await later();
  assert.deepEqual(page.history.stacks.undo, []);
});

test('a deletion that is refused takes its undo with it', async () => {
  let refuse;
  const kinds = [];
  const late = new Promise((_, reject) => (refuse = () => reject(new Refusal(423, {}))));
  const page = world({ send: ({ kind }) => (kinds.push(kind), late) });
  page.state.put(item(0));
  page.act({ kind: 'remove', task: '0' });
  page.history.revert('undo');
  await later();
  refuse();
  await later();
  assert.deepEqual(kinds, ['remove']);
  assert.deepEqual(page.state.operations, []);
  assert.deepEqual(page.history.stacks, { undo: [], redo: [] });
});

test('a redo of what another deleted is refused as a redo', async () => {
  const page = world({ send: async ({ task }) => item(Number(task), { name: 'b' }, 'new') });
  page.state.put(item(0));
  page.act({ kind: 'change', task: '0', name: 'b' });
  await later();
  page.state.put(item(0, { name: 'b' }, 'new'));
  page.history.revert('undo');
  await later();
  page.state.remove('0');
  page.history.revert('redo');
  assert.match(page.log.at(-1).reason, /^Not redone/);
});

test('a chain of deletions and undos whose first is refused makes no copy', async () => {
  const sent = [];
  let refuse;
  const late = new Promise((_, reject) => (refuse = () => reject(new Refusal(423, {}))));
  const page = world({ send: ({ kind }) => (sent.push(kind), late) });
  page.state.put(item(0));
  page.act({ kind: 'remove', task: '0' });
  for (const which of ['undo', 'redo', 'undo']) page.history.revert(which);
  await later();
  refuse();
  await later();
  assert.deepEqual(sent, ['remove']);
  assert.deepEqual(page.state.view()[0].cards.map(({ task }) => task.id), ['0']);
});

test('a chain that is refused leaves the step before it alone, which knows its task by its former id', async () => {
  let refuse;
  const late = new Promise((_, reject) => (refuse = () => reject(new Refusal(423, {}))));
  const page = world({ send: ({ kind }) => (kind === 'change' ? Promise.resolve(item(0)) : late) });
  const added = () => page.state.operations.at(-1).task;
  page.state.put(item(0));
  page.act({ kind: 'change', task: '0', name: 'a' });
  await later();
  page.act({ kind: 'remove', task: '0' });
  page.history.revert('undo');
  for (let n = 0; n < 2; n++) {
    page.act({ kind: 'remove', task: added() });
    page.history.revert('undo');
  }
  page.act({ kind: 'change', task: added(), name: 'b' });
  refuse();
  await later();
  assert.deepEqual(page.history.stacks.undo.map(({ task, to }) => [task, to.name]), [['0', 'a']]);
});

test('an adding that is refused takes its redo along', async () => {
  const sent = [];
  let refuse;
  const late = new Promise((_, reject) => (refuse = () => reject(new Refusal(429, {}))));
  const page = world({ send: ({ kind }) => (sent.push(kind), late) });
  page.act({ kind: 'add', task: 'new-1', name: 'x', list: 'todo', at: 'bottom' });
  for (const which of ['undo', 'redo']) page.history.revert(which);
  await later();
  refuse();
  await later();
  assert.deepEqual(sent, ['add']);
  assert.deepEqual(page.state.view()[0].cards, []);
});

test('an undo made before its task had an id does not write over what another wrote', async () => {
  let answer;
  const theirs = item(5, { name: 'theirs', op: 'other' }, 'r3');
  const answers = [
    new Promise((done) => (answer = () => done(item(5, { name: 'x' }, 'r1')))),
    Promise.resolve(item(5, { name: 'y' }, 'r2')),
    Promise.reject(new Refusal(412, { task: theirs })),
  ];
  answers[2].catch(() => {});
  const page = world({ send: () => answers.shift() ?? Promise.resolve(item(5, { name: 'x' }, 'r4')) });
  page.act({ kind: 'add', task: 'new-1', name: 'x', list: 'todo', at: 'bottom' });
  page.act({ kind: 'change', task: 'new-1', name: 'y' });
  page.history.revert('undo');
  await later();
  answer();
  for (let n = 0; n < 5; n++) await later();
  assert.equal(answers.length, 0);
  assert.deepEqual(page.log.filter(({ kind }) => kind === 'dropped').map(({ current }) => current.name), ['theirs']);
});

test('a step whose undo is refused late knows its task by the id that it has got', async () => {
  let answer;
  const page = world({
    send: ({ kind, name }) => {
      if (kind === 'remove') return busy();
      return name === 'b' ? Promise.resolve(item(6)) : new Promise((done) => (answer = () => done(item(5))));
    },
  });
  page.act({ kind: 'add', task: 'new-a', name: 'a', list: 'todo', at: 'top' });
  page.history.revert('undo');
  page.act({ kind: 'add', task: 'new-b', name: 'b', list: 'done', at: 'top' });
  await later();
  answer();
  for (let n = 0; n < 5; n++) await later();
  assert.deepEqual(page.history.stacks.undo.map(({ task }) => task), ['6', '5']);
});

test('an undo leaves alone what another had changed before it was known that it was added', async () => {
  const sent = [];
  const page = world({ send: ({ kind }) => (sent.push(kind), Promise.reject(new OutcomeUnknown())) });
  const id = '0b5a7e52-1a52-5f0c-9d9e-27f0f6a3c111';
  page.act({ id, kind: 'add', task: 'new-1', name: 'x', list: 'todo', at: 'bottom' });
  page.history.revert('undo');
  await later();
  page.state.put(item(5, { name: 'theirs', key: id, op: 'other' }));
  page.outbox.pump();
  await later();
  assert.deepEqual(sent, ['add']);
});

test('a change that is refused takes its undo with it', async () => {
  const names = [];
  const page = world({ send: ({ name }) => (names.push(name), Promise.reject(new Refusal(423, {}))) });
  page.state.put(item(0));
  page.act({ kind: 'change', task: '0', name: 'b' });
  page.history.revert('undo');
  await later();
  assert.deepEqual(names, ['b']);
  assert.deepEqual(page.history.stacks, { undo: [], redo: [] });
});

/** Five cards, of which one is deleted, then others, then it comes back. */
async function backAmong(others) {
  const page = world({ send: ({ kind, ...place }) => (kind === 'remove' ? Promise.resolve(null) : Promise.resolve(item(9, place))) });
  for (let n = 0; n < 5; n++) page.state.put(item(n));
  page.act({ kind: 'remove', task: '2' });
  await later();
  for (const id of ['2', ...others]) page.state.remove(id);
  page.history.revert('undo');
  return page.state.view()[0].cards.map(({ task }) => task.name);
}

for (const [others, names] of [
  [['1'], ['t0', 't2', 't3', 't4']],
  [['1', '3'], ['t0', 't2', 't4']],
  [['0', '1', '3'], ['t2', 't4']],
  [['1', '3', '4'], ['t0', 't2']],
  [['0', '1', '3', '4'], ['t2']],
]) {
  test(`what is undone goes to its nearest place when ${others} went`, async () => {
    assert.deepEqual(await backAmong(others), names);
  });
}
