// The rules for Items of any client, case by case: the same table that the server is tested by.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { cleanName, readTask } from '../../web/tasks.js';

const rules = JSON.parse(readFileSync(new URL('../rules.json', import.meta.url), 'utf8'));

for (const { index, data, name, list, position } of rules.cases) {
  test(`an Item ${index} of ${JSON.stringify(data)} shows as the server shows it`, () => {
    const task = readTask({ index, data }, rules.columns);
    assert.deepEqual([task.name, task.list, task.position], [name, list, position]);
  });
}

test('a name of which nothing shows is none, as for the server', () => {
  const { shown, unseen } = rules.names;
  assert.deepEqual(unseen.filter(cleanName), []);
  assert.deepEqual(shown.map(cleanName), shown);
});
