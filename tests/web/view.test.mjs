/** What is shown of Sync and, until that is read, of the server. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readTask } from '../../web/tasks.js';
import { apply, filtered, Synced } from '../../web/view.js';

const task = (index, name) => readTask({ index, data: { name, list: 'todo', position: `a${index}` } }, ['todo']);
const names = (synced) => synced.columns.get('todo').map(({ name }) => name).join(' ');

function board(...said) {
  const synced = new Synced(['todo']);
  said.forEach((name, index) => synced.put(task(index, name)));
  return synced;
}

test('what the server has is shown until Sync says otherwise', () => {
  const synced = board('a', 'b');
  synced.putEarly(task(1, 'old'));
  synced.putEarly(task(2, 'c'));
  assert.equal(names(synced), 'a b c');
  synced.put(task(2, 'd'));
  assert.equal(names(synced), 'a b d');
});

test('what the server has and Sync has not goes with the snapshot, though it came during it', () => {
  const synced = board();
  synced.putEarly(task(0, 'before'));
  synced.beginSnapshot();
  synced.putEarly(task(1, 'during'));
  synced.putEarly(task(2, 'stays'));
  synced.putRead(task(2, 'stays'));
  synced.endSnapshot();
  assert.equal(names(synced), 'stays');
});

test('what Sync said is gone does not come back because the server still has it', () => {
  const synced = board();
  synced.beginSnapshot();
  synced.remove('0');
  synced.putEarly(task(0, 'a'));
  assert.equal(names(synced), '');
});

const NAMES = 'हेमन्त हिन्दी हाथ กินข้าว กุ้ง ก้าว はな ばら 각 가지 구 שלום שָׁלוֹם مَدْرَسَة أحمد Crème CREME Αθήνα ΜΕΣΑ Ёлка ❤';
for (const [typed, found] of [
  ['हि', 'हिन्दी'], ['हा', 'हाथ'], ['กิ', 'กินข้าว'], ['กุ', 'กุ้ง'], ['は', 'はな'], ['ば', 'ばら'], ['가', '각 가지'],
  ['שלום', 'שלום שָׁלוֹם'], ['שָׁלוֹם', 'שלום שָׁלוֹם'], ['مدرسة', 'مَدْرَسَة'], ['احمد', 'أحمد'],
  ['creme', 'Crème CREME'], ['αθηνα', 'Αθήνα'], ['ΜΕΣ', 'ΜΕΣΑ'], ['μες', 'ΜΕΣΑ'], ['елка', 'Ёлка'], ['❤️', '❤'],
]) {
  test(`the filter leaves out accents and points but no letters: ${typed}`, () => {
    const view = apply([], board(...NAMES.split(' ')).columns, () => null);
    const [{ cards }] = filtered(view, typed);
    assert.equal(cards.map((card) => card.task.name).join(' '), found);
  });
}
