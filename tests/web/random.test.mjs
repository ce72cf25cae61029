// Random histories: whatever people, the server and the line do, in the end all is as promised.
// RUNS=20000 node --test tests/web/random.test.mjs plays more of them; a seed gives the same history again.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { rootOf } from './model.mjs';
import { Play } from './play.mjs';
import { COLUMNS } from './world.mjs';

const RUNS = Number(process.env.RUNS ?? 300);
const STEPS = 60;

const dropped = (page) => page.log.filter(({ kind }) => kind === 'dropped');

const PROMISES = {
  'the page shows the board of the server, in its order': ({ page, server }) => {
    const shown = page.state.view().map(({ cards }) => cards.map(({ task }) => `${task.id} ${task.name}`));
    assert.deepEqual(shown, COLUMNS.map((list) => server.inOrder(list).map(({ id, name }) => `${id} ${name}`)));
  },
  'no operation stays': ({ page }) => {
    assert.deepEqual(page.state.operations.map(({ kind, task, phase }) => `${kind} ${task} ${phase}`), []);
  },
  'no task is there twice': ({ roots }) => {
    assert.deepEqual(roots(), [...new Set(roots())]);
  },
  'a card whose adding was refused is not there': ({ page, roots }) => {
    const adds = dropped(page).filter(({ operation }) => operation.kind === 'add' && !operation.isRevert);
    const names = adds.map(({ operation }) => rootOf(operation.name));
    assert.deepEqual(names.filter((name) => roots().includes(name)), []);
  },
  'no add or removal that was done is told as refused': ({ page, server }) => {
    const told = dropped(page).filter(({ operation }) => operation.kind !== 'change').map(({ operation }) => operation.id);
    assert.deepEqual(told.filter((id) => server.did.has(id)), []);
  },
  'no change is made twice': ({ server }) => {
    assert.deepEqual(server.didTwice, []);
  },
  'no rename is refused while the name is the one that it was made on': ({ page }) => {
    const refused = dropped(page).filter(({ current, operation }) => current && current.name === operation.seen);
    assert.deepEqual(refused.map(({ current }) => current.name), []);
  },
  'nothing is written over what another wrote and the page had not seen': ({ server }) => {
    assert.deepEqual(server.overwritten, []);
  },
  'no undo is refused for a change of another where there was none': ({ page, server }) => {
    const refused = dropped(page).filter(({ current, operation }) => current && operation.isRevert).map(({ current }) => current.id);
    assert.deepEqual(refused.filter((id) => !server.touched.has(id)), []);
  },
  'a removed card does not show again': ({ shownAgain }) => {
    assert.deepEqual([...shownAgain], []);
  },
  'a card is carried under a lease': ({ carriedWithout }) => {
    assert.deepEqual([...carriedWithout], []);
  },
  'no lease stays, here or at the server': ({ page, server }) => {
    assert.deepEqual([[...page.leases.held.keys()], [...server.leases.keys()]], [[], []]);
  },
  'each step of the history knows its task by the id that it got': ({ page }) => {
    const { undo, redo } = page.history.stacks;
    assert.deepEqual([...undo, ...redo].map(({ task }) => task).filter((task) => task.startsWith('new-')), []);
  },
  'no rejection is left unhandled': ({ unhandled }) => {
    assert.deepEqual(unhandled, []);
  },
};

/** How each promise was broken. */
const broken = Object.fromEntries(Object.keys(PROMISES).map((words) => [words, []]));
mock.timers.enable({ apis: ['setInterval', 'Date'] });
for (let seed = 1; seed <= RUNS; seed++) await judge(seed);
mock.timers.reset();

for (const [words, found] of Object.entries(broken)) {
  test(words, () => assert.ok(!found.length, `${found.length} of ${RUNS} histories, the first with ${found[0]}`));
}

/** Plays one history, and notes what it breaks. */
async function judge(seed) {
  const play = new Play(seed);
  const note = (error) => play.unhandled.push(error.stack);
  process.on('unhandledRejection', note);
  await play.run(STEPS);
  process.off('unhandledRejection', note);
  for (const [words, keep] of Object.entries(PROMISES)) {
    try {
      keep(play);
    } catch (error) {
      broken[words].push(`seed ${seed}: ${error.message}\n${play.story.join('\n')}`);
    }
  }
}
