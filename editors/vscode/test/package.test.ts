import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fromFile } from './zip';

test('the package holds the extension and nothing else', async () => {
  const files = await fromFile('dagdock.vsix');
  assert.deepEqual([...files.keys()].sort(), [
    '[Content_Types].xml',
    'extension.vsixmanifest',
    'extension/LICENSE.txt',
    'extension/changelog.md',
    'extension/dist/extension.js',
    'extension/package.json',
    'extension/readme.md',
  ]);
  const manifest = JSON.parse(files.get('extension/package.json')?.toString() ?? '');
  assert.equal(manifest.main, './dist/extension.js');
  const bundle = files.get('extension/dist/extension.js')?.toString() ?? '';
  const required = new Set([...bundle.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? ''));
  const { builtinModules } = createRequire(__filename)('node:module') as typeof import('node:module');
  const foreign = [...required].filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
  assert.deepEqual(foreign, ['vscode']);
  assert.ok(bundle.length < 1_000_000, `${bundle.length} bytes`);
});
