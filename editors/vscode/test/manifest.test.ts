import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { readSettings, serverSettings } from '../src/settings';

const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const source = fs.readFileSync('src/extension.ts', 'utf8');
const properties: Record<string, { default: unknown; scope: string }> = manifest.contributes.configuration.properties;

test('every setting that is declared is read, and none besides', () => {
  const read = new Set<string>();
  readSettings((key) => void read.add(`dagdock.${key}`), { folder: undefined, home: '/', env: {} });
  assert.deepEqual([...read, 'dagdock.trace.server'].sort(), Object.keys(properties).sort());
});

test('the declared defaults are those of nothing set', () => {
  const places = { folder: undefined, home: '/', env: {} };
  const declared = readSettings((key) => properties[`dagdock.${key}`]?.default, places);
  assert.deepEqual(declared, readSettings(() => undefined, places));
  assert.equal(serverSettings(declared).select, null);
});

test('every command is registered', () => {
  const declared = manifest.contributes.commands.map(({ command }: { command: string }) => command).sort();
  const registered = [...source.matchAll(/registerCommand\('(.*?)'/g)].map((match) => match[1]).sort();
  assert.deepEqual(registered, declared);
});

test('without trust the workspace does not choose what is run', () => {
  const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.equal(supported, 'limited');
  for (const name of ['path', 'interpreter', 'args']) assert.ok(restrictedConfigurations.includes(`dagdock.${name}`));
  for (const name of restrictedConfigurations) assert.ok(name in properties, name);
});

test('the version is that of dagdock', () => {
  const python = fs.readFileSync('../../lint/dagdock/__init__.py', 'utf8');
  assert.equal(manifest.version, /__version__ = "(.*?)"/.exec(python)?.[1]);
});

test('the lock file names no registry', () => {
  assert.doesNotMatch(fs.readFileSync('package-lock.json', 'utf8'), /"resolved": "http/);
});
