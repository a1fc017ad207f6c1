import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as lsp from 'vscode-languageserver-protocol/node';
import { codes, page, title } from '../src/explain';
import { find, programs, type Found } from '../src/find';
import { run } from '../src/run';
import { readSettings, serverSettings } from '../src/settings';

const CHECKOUT = path.resolve('../..');
const ELSEWHERE = os.tmpdir();
const TEXT = '# é 🐳\nFROM alpine:latest\nRUN echo "é 🐳" && apt-get install -y curl\nUSER 1000\nCMD ["a"]\nCMD ["b"]\n';
const MENDED = TEXT.replace('CMD ["a"]\n', '');
/** What Visual Studio Code says that it can, as far as the server asks. */
const CAPABILITIES: lsp.ClientCapabilities = {
  general: { positionEncodings: ['utf-16'] },
  window: { workDoneProgress: true, showDocument: { support: true } },
  workspace: {
    applyEdit: true,
    configuration: true,
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    executeCommand: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true, failureHandling: 'textOnlyTransactional' },
  },
  textDocument: {
    synchronization: { dynamicRegistration: true, didSave: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true, dataSupport: true },
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: false },
    codeAction: {
      dynamicRegistration: true,
      isPreferredSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['', 'quickfix', 'source', 'source.fixAll'] } },
    },
  },
};

/** A workspace with one Dockerfile, and the server that the extension would start for it. */
async function start(t: TestContext, values: Record<string, unknown> = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dagdock-'));
  fs.mkdirSync(path.join(folder, '.git'));
  fs.writeFileSync(path.join(folder, 'Dockerfile'), TEXT);
  const script = process.platform === 'win32' ? '.venv\\Scripts\\dagdock.exe' : '.venv/bin/dagdock';
  const set: Record<string, unknown> = { path: path.join(CHECKOUT, script), ...values };
  const settings = readSettings((key) => set[key], { folder, home: os.homedir(), env: process.env });
  const around = { trusted: true, folders: [folder], activeInterpreter: undefined, env: {}, platform: process.platform };
  const ask = (command: string, args: string[]) => run(command, args, ELSEWHERE);
  const found = await find(programs(settings, { ...around, isFile: () => true }), ask);
  assert.ok('version' in found, JSON.stringify(found));

  const child = spawn(found.command, [...found.args, 'lsp', ...settings.args], { cwd: ELSEWHERE });
  t.after(() => child.kill());
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const client = lsp.createProtocolConnection(child.stdout, child.stdin, lsp.NullLogger);
  client.onRequest(lsp.ConfigurationRequest.type, ({ items }) => items.map(() => serverSettings(settings)));
  client.onRequest(lsp.RegistrationRequest.type, () => undefined);
  client.onRequest(lsp.WorkDoneProgressCreateRequest.type, () => undefined);
  client.onRequest(lsp.DiagnosticRefreshRequest.type, () => undefined);
  client.listen();
  const answer = await client.sendRequest(lsp.InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'test' }],
    capabilities: CAPABILITIES,
    initializationOptions: serverSettings(settings),
  });
  await client.sendNotification(lsp.InitializedNotification.type, {});
  const uri = pathToFileURL(path.join(folder, 'Dockerfile')).href;
  await client.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: 'dockerfile', version: 1, text: TEXT },
  });
  const stop = async () => {
    await client.sendRequest(lsp.ShutdownRequest.type);
    await client.sendNotification(lsp.ExitNotification.type);
    const status = await ended;
    client.dispose();
    fs.rmSync(folder, { recursive: true });
    return { status, said };
  };
  return { client, uri, answer, found: found as Found, ask, stop };
}

async function diagnosticsOf({ client, uri }: { client: lsp.ProtocolConnection; uri: string }) {
  const report = await client.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri } });
  assert.equal(report.kind, 'full');
  return 'items' in report ? report.items : [];
}

/** A text with the edits that a workspace edit has for its only document. */
function apply(text: string, edit: lsp.WorkspaceEdit | undefined): string {
  const changes = edit?.documentChanges ?? [];
  assert.equal(changes.length, 1);
  const [change] = changes;
  assert.ok(change && 'edits' in change);
  const lines = text.split('\n');
  const offset = ({ line, character }: lsp.Position) => lines.slice(0, line).join('\n').length + (line ? 1 : 0) + character;
  const edits = (change.edits as lsp.TextEdit[]).sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return edits.reduce(
    (result, { range, newText }) => result.slice(0, offset(range.start)) + newText + result.slice(offset(range.end)),
    text,
  );
}

test('a session: findings, a quick fix, all fixes, the page of a rule, and an end without a word', async (t) => {
  const session = await start(t);
  const { client, uri, answer, found, ask } = session;
  assert.equal(answer.serverInfo?.name, 'dagdock');
  assert.equal(answer.capabilities.positionEncoding ?? 'utf-16', 'utf-16');

  const diagnostics = await diagnosticsOf(session);
  const command = diagnostics.find(({ code }) => code === 'DF605');
  assert.ok(command, codes(diagnostics).join());
  assert.deepEqual(command.range, { start: { line: 4, character: 0 }, end: { line: 4, character: 9 } });
  const install = diagnostics.find(({ range }) => range.start.line === 2);
  assert.equal(install?.range.start.character, 'RUN echo "é 🐳" && '.length);

  const textDocument = { uri };
  const quick = await client.sendRequest(lsp.CodeActionRequest.type, {
    textDocument,
    range: command.range,
    context: { diagnostics: [command], only: ['quickfix'] },
  });
  const fix = quick?.find((action): action is lsp.CodeAction => action.title.startsWith('Delete this CMD'));
  assert.equal(apply(TEXT, fix?.edit), MENDED);

  const [all] =
    (await client.sendRequest(lsp.CodeActionRequest.type, {
      textDocument,
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [], only: ['source.fixAll.dagdock'] },
    })) ?? [];
  assert.ok(all && !lsp.Command.is(all));
  const resolved = all.edit ? all : await client.sendRequest(lsp.CodeActionResolveRequest.type, all);
  assert.equal(apply(TEXT, resolved.edit), MENDED);

  const text = await page(codes([command])[0] ?? '', found.command, found.args, ask);
  assert.equal(title(text), 'DF605 multiple-cmd');
  assert.deepEqual(await session.stop(), { status: 0, said: '' });
});

test('the settings of the editor hold', async (t) => {
  const session = await start(t, { select: ['DF605'], args: [] });
  assert.deepEqual(codes(await diagnosticsOf(session)), ['DF605']);
  assert.equal((await session.stop()).status, 0);
});

test('an interpreter does as well, wherever it is started', async (t) => {
  const python = process.platform === 'win32' ? '.venv\\Scripts\\python.exe' : '.venv/bin/python';
  const session = await start(t, { path: '', interpreter: path.join(CHECKOUT, python), ignore: ['DF605'] });
  const found = codes(await diagnosticsOf(session));
  assert.ok(found.includes('DF102') && !found.includes('DF605'), found.join());
  assert.equal((await session.stop()).status, 0);
});
