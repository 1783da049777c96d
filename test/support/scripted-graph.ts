import type { Answer, Ask, GraphPort } from '../../src/model/answer.js';
import type { VirtualClock } from './virtual-clock.js';

/** What Graph does with a call: which answer, and after how long. */
export interface Reply {
  readonly answer: Answer;
  /** Round trip, 80 ms unless told. */
  readonly afterMs?: number | undefined;
}

/** A call as Graph saw it. `order` counts calls and answers together, the tie-breaker within one instant. */
export interface Call {
  readonly ask: Ask;
  readonly line: number;
  /** Which activation of its row this is, from 1; 0 for look-ups. */
  readonly attempt: number;
  /** Wall time and elapsed time at which it left. */
  readonly sentWallMs: number;
  readonly sentMs: number;
  readonly sentOrder: number;
  answeredMs: number;
  answeredOrder: number;
  answer?: Answer;
}

/** A Graph that answers by a script, on virtual time, and remembers every call. */
export class ScriptedGraph implements GraphPort {
  readonly calls: Call[] = [];
  readonly renewals: { sentAtMs: number; claims: string | undefined }[] = [];
  /** Set by a test: a sign-in under way. */
  signIn: Promise<void> | undefined;
  mostInFlight = 0;
  #inFlight = 0;
  #order = 0;

  /** `reply` is asked as each call arrives; `calls` then holds that call as its last. */
  constructor(
    private readonly clock: VirtualClock,
    private readonly reply: (call: Call, nth: number) => Reply | Answer,
  ) {}

  async ask(ask: Ask): Promise<Answer> {
    const { line } = ask.row;
    const call: Call = {
      ask,
      line,
      attempt: ask.kind === 'activate' ? this.activationsOf(line).length + 1 : 0,
      sentWallMs: this.clock.now(),
      sentMs: this.clock.elapsed(),
      sentOrder: (this.#order += 1),
      answeredMs: Infinity,
      answeredOrder: Infinity,
    };
    this.calls.push(call);
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    const reply = this.reply(call, this.calls.length);
    const { answer, afterMs = 80 } = 'answer' in reply ? reply : { answer: reply };
    await this.clock.sleep(afterMs);
    this.#inFlight -= 1;
    call.answer = answer;
    call.answeredMs = this.clock.elapsed();
    call.answeredOrder = this.#order += 1;
    return answer;
  }

  signingIn(): Promise<void> | undefined {
    return this.signIn;
  }

  renewSignIn(sentAtMs: number, claims: string | undefined): void {
    this.renewals.push({ sentAtMs, claims });
  }

  activationsOf(line: number): Call[] {
    return this.calls.filter((call) => call.line === line && call.ask.kind === 'activate');
  }

  /** Lines of the activations, in the order in which they left. */
  get activated(): number[] {
    return this.calls.filter((call) => call.ask.kind === 'activate').map((call) => call.line);
  }
}
