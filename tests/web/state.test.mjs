/** The pending rule of DESIGN.md, sentence by sentence. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { State } from '../../web/state.js';
import { readTask } from '../../web/tasks.js';

const COLUMNS = ['todo', 'doing', 'done'];

/** A board with tasks 0, 1, 2 in todo, and a log of what was reported. */
function board(names = ['a', 'b', 'c']) {
  const log = [];
  const state = new State(COLUMNS, (outcome) => log.push(outcome));
  state.setLine(true, 0);
  names.forEach((name, index) => state.put(item(index, { name })));
  return { state, log };
}

function item(index, data = {}, revision = `r${index}`) {
  const fields = { name: `t${index}`, list: 'todo', position: `a${index}`, key: `k${index}`, op: `k${index}`, ...data };
  return readTask({ index, data: fields, revision }, COLUMNS);
}

const names = (state) => state.view().map(({ cards }) => cards.map(({ task }) => task.name).join(' '));
const marks = (state) => state.view().flatMap(({ cards }) => cards.map(({ pending }) => pending)).filter(Boolean);
const dropped = (log) => log.filter(({ kind }) => kind === 'dropped').map(({ reason }) => reason);
const move = (state, task, list, place = {}, id = `${task}-${list}`) =>
  state.add({ id, kind: 'change', task, list, ...place });

function send(state, operation, mark = operation.id) {
  operation.id = mark;
  state.sending(operation);
  return operation;
}

const MARK = '0b5a7e52-1a52-5f0c-9d9e-27f0f6a3c111';

test('a move shows at once, between its neighbours', () => {
  const { state } = board();
  move(state, '0', 'todo', { after: '1', before: '2' });
  assert.deepEqual(names(state), ['b a c', '', '']);
  assert.deepEqual(marks(state), ['pending']);
});

test('a move whose first neighbour is gone shows before the other', () => {
  const { state } = board();
  state.remove('1');
  move(state, '0', 'todo', { after: '1', before: '2' });
  assert.deepEqual(names(state), ['a c', '', '']);
});

test('a refusal drops the operation, restores the board and gives the reason', () => {
  const { state, log } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.refused(operation, 'because');
  assert.deepEqual(names(state), ['a b c', '', '']);
  assert.deepEqual(dropped(log), ['because']);
});

test('operations on one task are sent one after another', () => {
  const { state } = board();
  const [first, second] = [move(state, '0', 'doing'), move(state, '0', 'done')];
  assert.deepEqual(state.sendable(0), [first]);
  send(state, first);
  assert.deepEqual(state.sendable(0), []);
  state.answered(first, item(0, { list: 'doing' }, 'r9'), 1);
  assert.deepEqual(state.sendable(0), [second]);
});

test('operations on different tasks are sent side by side', () => {
  const { state } = board();
  const both = [move(state, '0', 'doing'), move(state, '1', 'done')];
  assert.deepEqual(state.sendable(0), both);
});

test('two cards added to one column go out one after the other, so that their order stays', () => {
  const state = new State(['todo', 'done']);
  const wanted = { kind: 'add', at: 'bottom' };
  const [first, second, other] = [['new-1', 'todo'], ['new-2', 'todo'], ['new-3', 'done']].map(([task, list]) => state.add({ ...wanted, id: task, task, list, name: task }));
  assert.deepEqual(state.sendable(0), [first, other]);
  send(state, first, 'mark');
  assert.deepEqual(state.sendable(0), [other]);
  state.answered(first, { id: '0', name: 'new-1', list: 'todo', revision: '1' }, 0);
  assert.deepEqual(state.sendable(0), [second, other]);
});

for (const place of [{ after: '2' }, { before: '2' }, { after: '2', before: null }, {}]) {
  test(`two cards moved to one place go out one after the other: ${JSON.stringify(place)}`, () => {
    const { state } = board();
    const [first, second] = ['0', '1'].map((task) => move(state, task, 'todo', place));
    const elsewhere = move(state, '3', 'todo', { at: 'top' });
    assert.deepEqual(state.sendable(0), [first, elsewhere]);
    send(state, first);
    state.answered(first, item(0, {}, 'r9'), 1);
    assert.deepEqual(state.sendable(0), [second, elsewhere]);
  });
}

test('a move beside a moving neighbour waits until that one is answered', () => {
  const { state } = board();
  const first = send(state, move(state, '0', 'doing'));
  const second = move(state, '1', 'doing', { after: '0' });
  assert.deepEqual(state.sendable(0), []);
  state.answered(first, item(0, { list: 'doing' }, 'r9'), 1);
  assert.deepEqual(state.sendable(0), [second]);
  assert.deepEqual(names(state), ['c', 'a b', '']);
});

test('what an unsent operation names stays where it is until that is done', () => {
  const { state } = board();
  const back = state.add({ id: 'back', kind: 'add', task: 'new-1', name: 'x', list: 'todo', after: '0' });
  const away = move(state, '0', 'doing');
  assert.deepEqual(state.sendable(0), [back]);
  state.answered(send(state, back), item(9), 1);
  assert.deepEqual(state.sendable(0), [away]);
});

test('an operation under a former id names the task that it became', () => {
  const { state } = board();
  state.answered(send(state, state.add({ id: 'x', kind: 'add', task: 'new-1', name: 'x', list: 'todo' })), item(9), 1);
  assert.equal(move(state, '0', 'todo', { after: 'new-1' }).after, '9');
});

test('a refused add gives back the name that it had last', () => {
  const { state, log } = board([]);
  const add = send(state, state.add({ id: 'x', kind: 'add', task: 'new-1', name: 'x', list: 'todo' }));
  state.add({ id: 'y', kind: 'change', task: 'new-1', name: 'y' });
  state.refused(add, 'because');
  assert.deepEqual(log.map(({ kind, operation }) => [kind, operation.name]), [['dropped', 'y']]);
});

test('a refusal can name its task when that is gone', () => {
  const { state, log } = board();
  move(state, '0', 'doing');
  state.remove('0');
  assert.equal(log[0].operation.title, 'a');
});

test('of two changes that wait, one that may not have happened marks the card', () => {
  const { state } = board();
  state.unknown(send(state, move(state, '0', 'doing')), 0);
  state.add({ id: 'y', kind: 'change', task: '0', name: 'y' });
  assert.deepEqual(marks(state), ['unknown']);
});

test('an answer confirms an operation and does not remove it', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  assert.deepEqual(names(state), ['b c', 'a', '']);
  assert.equal(state.operations.length, 1);
});

test('an answer is not folded into what Sync says', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  assert.equal(state.synced.tasks.get('0').list, 'todo');
});

test('it goes when an event shows its op', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'), 'mark');
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  state.put(item(0, { list: 'doing', op: 'mark' }, 'r8'));
  assert.equal(state.operations.length, 0);
});

test('it goes when an event shows its revision', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  state.put(item(0, { list: 'doing', op: 'other' }, 'r9'));
  assert.equal(state.operations.length, 0);
});

test('it stays when an event shows another change', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  state.put(item(0, { name: 'A', op: 'other' }, 'r8'));
  assert.deepEqual(names(state), ['b c', 'A', '']);
});

test('it goes when a page of a snapshot shows its op', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'), 'mark');
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  state.beginSnapshot(0);
  state.put(item(0, { list: 'doing', op: 'mark' }, 'r8'), true);
  assert.equal(state.operations.length, 0);
});

test('an event before the answer removes it, and the late answer changes nothing', () => {
  const { state, log } = board();
  const operation = send(state, move(state, '0', 'doing'), 'mark');
  state.put(item(0, { list: 'doing', op: 'mark' }, 'r9'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 5);
  assert.equal(state.operations.length, 0);
  assert.equal(log.filter(({ kind }) => kind === 'done').length, 1);
});

test('it goes when the answer tells what Sync already shows', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'), 'mark');
  state.put(item(0, { list: 'doing', op: 'unknown mark' }, 'r9'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 5);
  assert.equal(state.operations.length, 0);
});

test('it goes when the task is removed', () => {
  const { state, log } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  state.remove('0');
  assert.equal(state.operations.length, 0);
  assert.deepEqual(dropped(log), []);
});

test('a removal under an unanswered operation drops it with the reason', () => {
  const { state, log } = board();
  send(state, move(state, '0', 'doing'));
  state.remove('0');
  assert.deepEqual(names(state), ['b c', '', '']);
  assert.equal(dropped(log).length, 1);
});

test('it goes when a snapshot begun after the answer is complete', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1);
  state.beginSnapshot(2);
  [0, 1, 2].forEach((index) => state.put(item(index), true));
  assert.equal(state.operations.length, 1);
  state.endSnapshot();
  assert.deepEqual(names(state), ['t0 t1 t2', '', '']);
});

test('it stays through a snapshot begun before the answer', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.beginSnapshot(2);
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 3);
  [0, 1, 2].forEach((index) => state.put(item(index), true));
  state.endSnapshot();
  assert.deepEqual(names(state), ['t1 t2', 't0', '']);
});

test('it goes 5 s after the answer with the line up, once Sync has answered a later question', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1000);
  state.askedAt = 1001;
  assert.equal(state.tick(5999), false);
  assert.equal(state.tick(6000), true);
  assert.deepEqual(names(state), ['a b c', '', '']);
});

test('it stays while Sync has answered no question that was asked after it', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.askedAt = 1000;
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1000);
  assert.deepEqual([state.isLate(3999, 3000), state.isLate(4000, 3000)], [false, true]);
  assert.equal(state.tick(1e9), false);
  assert.deepEqual(names(state), ['b c', 'a', '']);
  state.askedAt = 4000;
  assert.equal(state.isLate(1e9, 3000), false);
});

test('the 5 s do not run while the line is down', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.setLine(false, 0);
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 1000);
  state.askedAt = 1001;
  assert.equal(state.tick(60000), false);
  state.setLine(true, 60000);
  assert.equal(state.tick(64999), false);
  assert.equal(state.tick(65000), true);
});

test('an operation of unknown outcome stays, and is marked so', () => {
  const { state } = board();
  state.unknown(send(state, move(state, '0', 'doing')), 0);
  assert.deepEqual(names(state), ['b c', 'a', '']);
  assert.deepEqual(marks(state), ['unknown']);
  assert.equal(state.tick(1e9), false);
});

test('an operation of unknown outcome is sent again when the line is back', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.setLine(false, 0);
  state.unknown(operation, 0);
  assert.deepEqual(state.sendable(1e9), []);
  state.setLine(true, 1e9);
  assert.deepEqual(state.sendable(1e9), [operation]);
});

test('a server that does not answer is late once the line is up for as long', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.unknown(operation, 1000);
  assert.equal(state.isStuck(3999, 3000), false);
  assert.equal(state.isStuck(4000, 3000), true);
  state.sending(operation);
  assert.equal(state.isStuck(4000, 3000), true);
  state.setLine(false, 5000);
  state.setLine(true, 6000);
  assert.equal(state.isStuck(8999, 3000), false);
  state.answered(operation, item(0, { list: 'doing' }, 'r9'), 9000);
  assert.equal(state.isStuck(1e9, 3000), false);
});

test('a line that is back is a reason to try again at once', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing'));
  state.unknown(operation, 0);
  assert.deepEqual(state.sendable(500), []);
  state.setLine(false, 500);
  state.setLine(true, 600);
  assert.deepEqual(state.sendable(600), [operation]);
});

test('a change sent again has the same key and is conditional on what it was based on', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'doing', {}, 'key'));
  assert.equal(state.condition(operation), undefined);
  state.unknown(operation, 0);
  state.put(item(0, { name: 'other' }, 'r7'));
  send(state, operation);
  assert.equal(operation.id, 'key');
  assert.equal(state.condition(operation), 'r0');
});

test('an add sent again has the same key and no condition', () => {
  const { state } = board();
  const operation = send(state, state.add({ id: 'key', kind: 'add', task: 'new-1', name: 'n' }));
  state.unknown(operation, 0);
  send(state, operation);
  assert.equal(operation.id, 'key');
  assert.equal(state.condition(operation), undefined);
});

test('a change after an answered one is based on that answer', () => {
  const { state } = board();
  const first = send(state, move(state, '0', 'doing'));
  state.answered(first, item(0, { list: 'doing' }, 'r9'), 1);
  const second = send(state, move(state, '0', 'done'));
  assert.equal(second.base, 'r9');
});

test('an event of unknown outcome settles it without sending again', () => {
  const { state } = board();
  state.unknown(send(state, move(state, '0', 'doing'), 'mark'), 0);
  state.put(item(0, { list: 'doing', op: 'mark' }, 'r9'));
  assert.equal(state.operations.length, 0);
});

test('two moves of one task: the first one’s event does not show its place', () => {
  const { state } = board();
  const first = send(state, move(state, '0', 'doing'), 'one');
  const second = move(state, '0', 'done');
  state.answered(first, item(0, { list: 'doing' }, 'r8'), 1);
  send(state, second, 'two');
  state.put(item(0, { name: 'a', list: 'doing', op: 'one' }, 'r8'));
  assert.deepEqual(names(state), ['b c', '', 'a']);
  state.put(item(0, { name: 'a', list: 'done', op: 'two' }, 'r9'));
  assert.deepEqual(names(state), ['b c', '', 'a']);
  assert.equal(state.operations.length, 0);
});

test('the event of a later move settles the earlier ones whose events were skipped', () => {
  const { state } = board();
  const first = send(state, move(state, '0', 'doing'), 'one');
  state.answered(first, item(0, { list: 'doing' }, 'r8'), 1);
  send(state, move(state, '0', 'done'), 'two');
  state.put(item(0, { name: 'a', list: 'done', op: 'two' }, 'r9'));
  assert.deepEqual(names(state), ['b c', '', 'a']);
  assert.equal(state.operations.length, 0);
});

test('an add shows at once, and once only when its event overtakes its answer', () => {
  const { state } = board([]);
  const operation = send(state, state.add({ id: 'i', kind: 'add', task: 'new-1', name: 'n', at: 'bottom' }), MARK);
  assert.deepEqual(names(state), ['n', '', '']);
  state.put(item(7, { name: 'n', key: MARK, op: MARK }));
  assert.deepEqual(names(state), ['n', '', '']);
  state.answered(operation, item(7, { name: 'n', key: MARK }), 1);
  assert.deepEqual(names(state), ['n', '', '']);
});

test('an add is recognised by its key also after someone else changed it', () => {
  const { state } = board([]);
  send(state, state.add({ id: 'i', kind: 'add', task: 'new-1', name: 'n' }), MARK);
  state.put(item(7, { name: 'other', key: MARK, op: 'theirs' }));
  assert.deepEqual(names(state), ['other', '', '']);
});

test('what follows an add waits for its id and then names it', () => {
  const { state, log } = board();
  const add = state.add({ id: 'i', kind: 'add', task: 'new-1', name: 'n' });
  const follow = move(state, 'new-1', 'done');
  const beside = move(state, '0', 'todo', { after: 'new-1' });
  assert.deepEqual(state.sendable(0), [add]);
  state.answered(send(state, add), item(7, { name: 'n' }), 1);
  assert.equal(follow.task, '7');
  assert.equal(beside.after, '7');
  assert.deepEqual(log.at(-2), { kind: 'named', from: 'new-1', to: '7' });
});

test('a refused add takes what followed it along', () => {
  const { state } = board();
  const add = send(state, state.add({ id: 'i', kind: 'add', task: 'new-1', name: 'n' }));
  move(state, 'new-1', 'done');
  const beside = move(state, '0', 'todo', { after: 'new-1', before: '2' });
  state.refused(add, 'no');
  assert.deepEqual(state.operations, [beside]);
  assert.deepEqual(names(state), ['b a c', '', '']);
});

test('a deleted task is hidden until Sync removes it', () => {
  const { state } = board();
  const operation = send(state, state.add({ id: 'i', kind: 'remove', task: '0' }));
  assert.deepEqual(names(state), ['b c', '', '']);
  state.answered(operation, null, 1);
  assert.equal(state.operations.length, 1);
  state.remove('0');
  state.remove('0');
  assert.equal(state.operations.length, 0);
});

test('a task that is deleted before Sync shows it stays away', () => {
  const { state } = board([]);
  const add = send(state, state.add({ id: MARK, kind: 'add', task: 'new-1', name: 'x', list: 'todo', at: 'bottom' }));
  state.answered(add, item(5, { name: 'x', key: MARK }), 0);
  const removal = send(state, state.add({ id: 'i', kind: 'remove', task: '5' }));
  state.answered(removal, null, 10);
  assert.deepEqual(names(state), ['', '', '']);
});

test('a refused neighbour is left out and the move goes again under a fresh key', () => {
  const { state } = board();
  const operation = send(state, move(state, '0', 'todo', { after: '1', before: '2' }, 'old'));
  assert.equal(state.withoutNeighbour(operation, '1', 'fresh'), true);
  assert.deepEqual([operation.id, operation.after, operation.before], ['fresh', undefined, '2']);
  assert.deepEqual(state.sendable(0), [operation]);
});

test('a guarded change goes again after a 412 that left its fields alone', () => {
  const { state } = board();
  const operation = send(state, state.add({ id: 'i', kind: 'change', task: '0', name: 'A', guard: () => ({ name: 'a' }) }));
  assert.equal(state.condition(operation), 'r0');
  assert.equal(state.rebase(operation, item(0, { name: 'a', list: 'done' }, 'r5'), 'fresh'), true);
  send(state, operation);
  assert.equal(state.condition(operation), 'r5');
});

test('a guarded change is given up after a 412 that changed its field', () => {
  const { state } = board();
  const operation = send(state, state.add({ id: 'i', kind: 'change', task: '0', name: 'A', guard: () => ({ name: 'a' }) }));
  assert.equal(state.rebase(operation, item(0, { name: 'z' }, 'r5'), 'fresh'), false);
});

test('a guarded change is in conflict with what Sync shows before it is sent', () => {
  const { state } = board();
  const operation = state.add({ id: 'i', kind: 'change', task: '0', name: 'A', guard: () => ({ name: 'a' }) });
  assert.equal(state.conflict(operation), null);
  state.put(item(0, { name: 'z' }, 'r5'));
  assert.equal(state.conflict(operation).name, 'z');
});

test('a guarded change is in conflict with an answer that Sync does not show yet', () => {
  const { state } = board();
  const first = send(state, move(state, '0', 'doing'));
  const operation = state.add({ id: 'i', kind: 'change', task: '0', name: 'A', guard: () => ({ name: 'a' }) });
  state.answered(first, item(0, { name: 'z', list: 'doing' }, 'r9'), 1);
  assert.equal(state.conflict(operation).name, 'z');
});

test('a lease shows for 15 s after its last event', () => {
  const { state } = board();
  state.putLease('0', { by: 'ann', activity: 'editing', lease: 'l' }, 0);
  assert.equal(state.view()[0].cards[0].lease.by, 'ann');
  state.tick(14999);
  assert.ok(state.heldByOther('0'));
  assert.equal(state.tick(15000), true);
  assert.equal(state.heldByOther('0'), null);
});

test('a lease of one’s own is not another’s', () => {
  const { state } = board();
  state.putLease('0', { by: 'me', activity: 'dragging', lease: 'l' }, 0);
  assert.ok(state.heldByOther('0'));
  state.ownLease = 'l';
  assert.equal(state.heldByOther('0'), null);
});

test('a change of a task waits for no other that has its number by now', () => {
  const { state, log } = board();
  state.put(item(3, { name: 'mine', key: MARK }));
  state.unknown(send(state, move(state, '3', 'done')), 1);
  state.beginSnapshot(2);
  state.put(item(3, { name: 'another', key: MARK.replace('0', '1') }), true);
  assert.deepEqual(dropped(log), ['It was deleted meanwhile.']);
  assert.deepEqual(names(state), ['a b c another', '', '']);
});
