import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type VirtualScreen, virtualScreen } from './virtual-screen.ts';

/** A program in a pseudo-terminal. */
export interface PseudoTerminal {
  readonly screen: VirtualScreen;
  /** Types; each argument is a piece that arrives on its own. */
  readonly type: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves with the lines once they hold what is looked for; rejects with them when the program ends first. */
  readonly see: (wanted: RegExp) => Promise<string>;
  readonly ended: Promise<number>;
  /** All that it wrote. */
  readonly written: () => string;
}

/** Why there is no pseudo-terminal here; undefined where there is. Python's pty module makes one. */
export function whyNone(): string | undefined {
  if (process.platform === 'win32') return 'Windows has no pty module';
  return spawnSync('python3', ['-c', 'import pty']).status === 0 ? undefined : 'there is no python3 to make one';
}

const helper = fileURLToPath(new URL('run-in-terminal.py', import.meta.url));

export function openPseudoTerminal(
  command: readonly string[],
  {
    columns = 80,
    rows = 24,
    cwd,
    env,
  }: { readonly columns?: number; readonly rows?: number; readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): PseudoTerminal {
  const screen = virtualScreen(columns, rows);
  const child = spawn('python3', [helper, String(columns), String(rows), ...command], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let all = '';
  const waiting = new Set<() => void>();
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    for (const check of waiting) check();
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    all += text;
    screen.write(text);
    for (const check of waiting) check();
  });
  const order = (what: object) => child.stdin.write(`${JSON.stringify(what)}\n`);
  return {
    screen,
    type: (text) => order({ type: text }),
    resize(width, height) {
      screen.resize(width, height);
      order({ size: [width, height] });
    },
    signal: (name) => order({ signal: name }),
    see: (wanted) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const text = screen.lines().join('\n');
          if (!wanted.test(text) && !isOver) return;
          waiting.delete(check);
          if (wanted.test(text)) resolve(text);
          else reject(new Error(`it ended without showing ${wanted}:\n${text}\n${JSON.stringify(all.slice(-2000))}`));
        };
        waiting.add(check);
        check();
      }),
    ended,
    written: () => all,
  };
}
