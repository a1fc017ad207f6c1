import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, page, title } from '../src/explain';

test('the codes of our findings, each once', () => {
  const link = { value: 'DF102', target: 'https://example.com' };
  const diagnostics = [
    { source: 'dagdock', code: 'DF605' },
    { source: 'hadolint', code: 'DL3006' },
    { source: 'dagdock', code: link },
    { source: 'dagdock', code: 'DF605' },
    { source: 'dagdock' },
    {},
  ];
  assert.deepEqual(codes(diagnostics), ['DF605', 'DF102']);
});

test('a page is what dagdock explain prints', async () => {
  const run = (command: string, args: string[]) => {
    assert.deepEqual([command, ...args], ['/d', '-c', 'x', 'explain', 'DF605']);
    return Promise.resolve({ status: 0, stdout: 'DF605 multiple-cmd\nA stage …\n', stderr: '' });
  };
  const text = await page('DF605', '/d', ['-c', 'x'], run);
  assert.equal(title(text), 'DF605 multiple-cmd');
});

test('no such rule: the words of dagdock', async () => {
  const run = () => Promise.resolve({ status: 2, stdout: '', stderr: 'dagdock: no rule is called `X`\n' });
  await assert.rejects(page('X', '/d', [], run), /no rule is called `X`/);
});

test('a page without text has a title all the same', () => {
  assert.equal(title(''), 'rule');
});
