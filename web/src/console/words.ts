// Every word of the console, in the languages it speaks.
import { speakerOf, type SayOf } from "../speaker";
import { en } from "./words_en";
import { zh } from "./words_zh";

export type Word = keyof typeof en;
export type Say = SayOf<Word>;

export const speaker = speakerOf<Word>({ en, zh });
