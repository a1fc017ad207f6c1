/** The extension: starts the server that was found, keeps it in step with the settings, and says how it is. */

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  type DocumentSelector,
  type DynamicFeature,
  type LanguageClientOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';
import * as explain from './explain';
import { find, programs, type Found } from './find';
import { run } from './run';
import { readSettings, serverSettings, type Settings } from './settings';
import { notFound, notStarted, type Trouble } from './trouble';

// Beside what is linted: configuration, and files that findings hang on, whose unsaved text counts.
const LANGUAGES = ['dockerfile', 'dockercompose', 'yaml', 'python'];
const FILES = [
  '**/{Dockerfile,Containerfile}*',
  '**/*.{dockerfile,containerfile,dockerignore,env,sh}',
  '**/.env*',
  '**/*{requirements,constraints}*.{txt,in}',
  '**/{.dagdock,dagdock,pyproject}.toml',
];
const SELECTOR: DocumentSelector = [
  ...LANGUAGES.map((language) => ({ scheme: 'file', language })),
  ...FILES.map((pattern) => ({ scheme: 'file', pattern })),
];
const PAGES = 'dagdock-rule';
const INSTALL = 'https://github.com/dagdock/dagdock/blob/main/docs/editors.md';
// A server that ends this often within a few minutes has a reason that another start does not mend.
const STARTS = 4;
const MINUTES = 3;

let running: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const server = (running = new Server(context));
  const { commands, workspace } = vscode;
  context.subscriptions.push(
    server,
    commands.registerCommand('dagdock.restart', () => server.restart()),
    commands.registerCommand('dagdock.showLog', () => server.log.show(true)),
    commands.registerCommand('dagdock.fixAll', fixAll),
    commands.registerCommand('dagdock.explain', (rule: unknown) => explainRule(server, rule)),
    workspace.registerTextDocumentContentProvider(PAGES, { provideTextDocumentContent: (uri) => server.page(uri) }),
    workspace.onDidChangeConfiguration((change) => {
      // The client itself follows `dagdock.trace.server`.
      if (change.affectsConfiguration('dagdock') && !change.affectsConfiguration('dagdock.trace')) void server.restart();
    }),
    workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
  );
  const python = await pythonExtension();
  if (python) {
    server.activeInterpreter = () => python.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri)?.path;
    context.subscriptions.push(python.onDidChangeActiveEnvironmentPath(() => void server.restart()));
  }
  await server.restart();
}

/** Waits for the server to end, so that none is left behind. */
export function deactivate(): Promise<void> | undefined {
  return running?.end();
}

/** A client that registers no command of the server: the extension has its own of the same names. */
class Client extends LanguageClient {
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    if ('register' in feature && feature.registrationType.method === ExecuteCommandRequest.method) {
      feature.register = () => undefined;
    }
    super.registerFeature(feature);
  }
}

/** One server, or none. Starts and stops follow one another, however fast they are asked for. */
class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('dagdock', { log: true });
  activeInterpreter: () => string | undefined = () => undefined;

  private readonly status = vscode.languages.createLanguageStatusItem('dagdock', [...(SELECTOR as vscode.DocumentFilter[])]);
  private client: LanguageClient | undefined;
  private found: Found | undefined;
  private queue: Promise<void> = Promise.resolve();
  private waiting = false;
  private readonly pages = new Map<string, string>();

  constructor(private readonly context: vscode.ExtensionContext) {
    this.status.name = 'dagdock';
    this.status.command = { command: 'dagdock.showLog', title: 'Show the Log' };
  }

  restart(): Promise<void> {
    if (!this.waiting) {
      this.waiting = true;
      this.queue = this.queue.then(async () => {
        this.waiting = false;
        await this.stop();
        await this.start();
      });
    }
    return this.queue;
  }

  end(): Promise<void> {
    this.queue = this.queue.then(() => this.stop());
    return this.queue;
  }

  dispose(): void {
    void this.end().finally(() => {
      this.status.dispose();
      this.log.dispose();
    });
  }

  /** The page of a rule, as a document to show. */
  async explain(rule: string): Promise<vscode.Uri> {
    if (!this.found) throw new Error('dagdock does not run; the log tells why');
    const { command, args } = this.found;
    const text = await explain.page(rule, command, args, this.run);
    const uri = vscode.Uri.from({ scheme: PAGES, path: `/${explain.title(text)}.txt` });
    this.pages.set(uri.toString(), text);
    return uri;
  }

  page(uri: vscode.Uri): string {
    return this.pages.get(uri.toString()) ?? '';
  }

  // Not in the workspace: nothing that lies there may be taken for a part of the program.
  private readonly run = (command: string, args: string[]) => run(command, args, this.context.extensionPath);

  private async start(): Promise<void> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const settings = currentSettings(folders[0]?.uri.fsPath);
    this.found = undefined;
    if (!settings.enable) return this.say('off', 'switched off by the setting dagdock.enable');
    this.say('busy', 'starting');
    const { isTrusted } = vscode.workspace;
    const found = await find(
      programs(settings, {
        trusted: isTrusted,
        folders: folders.map(({ uri }) => uri.fsPath),
        activeInterpreter: this.activeInterpreter(),
        env: process.env,
        platform: process.platform,
        isFile,
      }),
      this.run,
    );
    if ('tried' in found) {
      for (const { program, reason } of found.tried) this.log.warn(`${program.origin}: ${program.command}: ${reason}`);
      return this.report(notFound(found, isTrusted));
    }
    this.log.info(`dagdock ${found.version} from ${found.origin}: ${found.command}`);
    this.found = found;
    await this.connect(found, settings);
  }

  private async connect(found: Found, settings: Settings): Promise<void> {
    const args = [...found.args, 'lsp', ...settings.args];
    const executable = { command: found.command, args, options: { cwd: this.context.extensionPath } };
    const client = new Client('dagdock', 'dagdock', executable, this.options(settings));
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) this.say('well', `${found.version}, from ${found.origin}`);
    });
    try {
      await client.start();
    } catch (problem) {
      this.client = undefined;
      this.log.error(String(problem));
      // Once more with nobody to talk to, for its own words: a server that can start ends at once.
      return this.report(notStarted(found, await this.run(found.command, args), problem));
    }
  }

  private options(settings: Settings): LanguageClientOptions {
    const told = serverSettings(settings);
    const starts: number[] = [];
    return {
      documentSelector: SELECTOR,
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: told,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          if (this.client?.state === State.Starting) return { action: CloseAction.DoNotRestart, handled: true };
          const now = Date.now();
          starts.push(now);
          if (starts.filter((start) => now - start < MINUTES * 60_000).length < STARTS) {
            this.log.warn('the server ended; starting it again');
            return { action: CloseAction.Restart, handled: true };
          }
          const message = `dagdock: the server ended ${STARTS} times within ${MINUTES} minutes`;
          void this.report({ message, steps: ['Show Log', 'Try Again'] });
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      middleware: {
        workspace: {
          configuration: ({ items }) => items.map(({ section }) => (section === 'dagdock' ? told : null)),
        },
      },
    };
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose(5000);
    } catch (problem) {
      this.log.warn(`while stopping: ${String(problem)}`);
    }
  }

  private say(how: 'busy' | 'well' | 'off' | 'bad', text: string): void {
    this.status.text = how === 'bad' || how === 'off' ? `$(circle-slash) dagdock` : 'dagdock';
    this.status.detail = text;
    this.status.busy = how === 'busy';
    this.status.severity =
      how === 'bad' ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
  }

  private report({ message, steps }: Trouble): void {
    this.say('bad', message);
    this.log.error(message);
    void vscode.window.showErrorMessage(message, ...steps).then((step) => {
      if (step === 'Open Settings') void vscode.commands.executeCommand('workbench.action.openSettings', 'dagdock');
      if (step === 'Show Log') this.log.show(true);
      if (step === 'How to Install') void vscode.env.openExternal(vscode.Uri.parse(INSTALL));
      if (step === 'Try Again') void this.restart();
    });
  }
}

function currentSettings(folder: string | undefined): Settings {
  const values = vscode.workspace.getConfiguration('dagdock');
  return readSettings((key) => values.get(key), { folder, home: os.homedir(), env: process.env });
}

async function fixAll(): Promise<void> {
  if (!vscode.window.activeTextEditor) return;
  await vscode.commands.executeCommand('editor.action.sourceAction', {
    kind: 'source.fixAll.dagdock',
    apply: 'first',
  });
}

/** Shows the page of a rule: of the one named, else of a finding at the cursor, else of the one that the user types. */
async function explainRule(server: Server, named: unknown): Promise<void> {
  const rule = typeof named === 'string' && named ? named : await askForRule();
  if (!rule) return;
  try {
    const document = await vscode.workspace.openTextDocument(await server.explain(rule));
    await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside });
  } catch (problem) {
    void vscode.window.showErrorMessage(problem instanceof Error ? problem.message : String(problem));
  }
}

async function askForRule(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const here = editor
    ? vscode.languages.getDiagnostics(editor.document.uri).filter(({ range }) => range.intersection(editor.selection))
    : [];
  const rules = explain.codes(here);
  if (rules.length === 1) return rules[0];
  if (rules.length > 1) return vscode.window.showQuickPick(rules, { placeHolder: 'Which rule?' });
  return vscode.window.showInputBox({ prompt: "A rule's code or name, or another linter's code", placeHolder: 'DF605' });
}

function isFile(file: string): boolean {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The part of the Python extension's interface that is used here. */
interface PythonEnvironments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { path: string } | undefined;
  onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
}

async function pythonExtension(): Promise<PythonEnvironments | undefined> {
  const extension = vscode.extensions.getExtension<{ environments?: PythonEnvironments }>('ms-python.python');
  try {
    return (await extension?.activate())?.environments;
  } catch {
    return undefined; // it has told the user itself
  }
}
