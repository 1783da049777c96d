/** A line as somebody typed it. */
export interface Typed {
  /** Without outer blanks. */
  readonly text: string;
  /** Wall time of its first key, ms since the epoch. */
  readonly atMs: number;
}

/** What is spoken of: something that went well, something that went wrong, or neither. */
export type Mark = 'good' | 'bad' | 'note';

/** How a conversation with an operator is shown. Every question is undefined once nothing more can be typed. */
export interface Screen {
  /** Says something that stays, each line below the other. */
  say(mark: Mark, ...lines: readonly string[]): void;
  /** Sets what follows apart from what was before. */
  gap(): void;
  ask(question: string): Promise<Typed | undefined>;
  /** Asks for what must not be seen: only its length shows, if anything. What was typed before does not count. */
  askHidden(question: string): Promise<Typed | undefined>;
  /** Which of these is meant, by its index; -1 for none of them. */
  pick(question: string, choices: readonly string[]): Promise<number | undefined>;
  /** Shows how things stand, in place of what it showed before; '' takes that away. */
  status(text: string): void;
  /** No more questions: one that is open is called off. */
  end(): void;
  /** Gives the terminal back. */
  close(): void;
}

/** What Esc stands for, wherever something is asked. */
export const ESCAPED = 'b';
