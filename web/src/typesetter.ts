// Keeps a text typeset as it grows: finished blocks once, the open one again as it changes. The work
// is cut into steps of bounded cost, and all texts of the page together take a few milliseconds a
// frame, so that nothing a model says keeps the page from scrolling, typing or stopping.
import { nextBlock } from "./blocks";
import { markdownNodes, setElement } from "./typeset";

const frameMsMax = 8;
const openBlockShare = 4; // the open block is typeset at most every so many times what that took

// Blocks stand in groups, so that a frame's layout looks at a few of thousands (style.css).
const groupBlocksMax = 32;

interface Job {
  root: HTMLElement;
  unset: HTMLElement[];
  isClosed: boolean;
  goesOn: boolean; // it begins within the code of the block before
  isWaiting: boolean; // for a library; it comes back to the queue by itself
  spentMs: number;
}

const busy = new Set<Typesetter>();
let frame = 0;

function schedule(typesetter: Typesetter): void {
  busy.add(typesetter);
  frame ||= requestAnimationFrame(work);
}

function work(): void {
  frame = 0;
  const until = performance.now() + frameMsMax;
  const later: Typesetter[] = [];
  while (busy.size > 0 && performance.now() < until) {
    for (const typesetter of [...busy]) {
      const state = typesetter.step();
      if (state === "more") continue;
      busy.delete(typesetter);
      if (state === "later") later.push(typesetter);
    }
  }
  for (const typesetter of later) busy.add(typesetter);
  if (busy.size > 0) frame = requestAnimationFrame(work);
}

export class Typesetter {
  private text = "";
  private isWhole = false;
  private from = 0; // where the text goes on after the finished blocks
  private fence = "";
  private job: Job | null = null;
  private openBlock: HTMLElement | null = null; // the last block, while it may change
  private openSource = "";
  private openNotBefore = 0;

  // `finish` is called with each block before it is shown; `goesOn`: it begins within the code of the one before.
  constructor(
    private readonly place: HTMLElement,
    private readonly finish: (block: HTMLElement, goesOn: boolean) => void,
  ) {}

  // `isWhole`: the text grows no more.
  update(text: string, isWhole: boolean): void {
    if (text === this.text && isWhole === this.isWhole) return;
    const isOther = !text.startsWith(this.text) || (this.isWhole && text !== this.text);
    if (isOther) this.reset();
    this.text = text;
    this.isWhole = isWhole;
    schedule(this);
  }

  // Nothing is shown any more.
  stop(): void {
    busy.delete(this);
    this.job = null;
  }

  private reset(): void {
    this.from = 0;
    this.fence = "";
    this.job = null;
    this.openBlock = null;
    this.openSource = "";
    this.openNotBefore = 0;
    this.place.replaceChildren();
  }

  // One step. "later": in the next frame.
  step(): "more" | "later" | "done" {
    const began = performance.now();
    if (!this.job) return this.begin(began);
    const { job } = this;
    if (job.isWaiting) return "done";
    const element = job.unset.shift();
    if (!element) {
      this.show(job);
      this.openNotBefore = began + openBlockShare * job.spentMs;
      this.job = null;
      return "more";
    }
    const loading = setElement(element, job.root);
    job.spentMs += performance.now() - began;
    if (!loading) return "more";
    job.isWaiting = true;
    void loading.then((isLoaded) => {
      job.isWaiting = false;
      if (isLoaded) job.unset.unshift(element);
      if (this.job === job) schedule(this);
    });
    return "done";
  }

  private begin(now: number): "more" | "later" | "done" {
    const block = nextBlock(this.text, this.from, this.fence, this.isWhole);
    if (!block) return "done";
    const { source, isClosed } = block;
    if (!isClosed) {
      if (source === this.openSource) return "done";
      if (now < this.openNotBefore) return "later";
    }
    const { root, unset } = markdownNodes(source);
    this.job = {
      root,
      // Code is coloured once, when it has ended.
      unset: unset.filter(({ tagName }) => isClosed || tagName !== "CODE"),
      isClosed,
      goesOn: this.fence !== "",
      isWaiting: false,
      spentMs: performance.now() - now,
    };
    this.openSource = isClosed ? "" : source;
    if (isClosed) {
      this.from = block.end;
      this.fence = block.fence;
    }
    return "more";
  }

  // What is shown is a copy: to the nodes that script has built or looked at, the browser ties several
  // times their size (objects of script, Attr, NodeList), for as long as they stand in the page.
  private show({ root, isClosed, goesOn }: Job): void {
    const block = root.cloneNode(/*deep=*/ true) as HTMLElement;
    this.finish(block, goesOn);
    if (this.openBlock) this.openBlock.replaceWith(block);
    else this.lastGroup().append(block);
    this.openBlock = isClosed ? null : block;
  }

  private lastGroup(): Element {
    const last = this.place.lastElementChild;
    if (last && last.childElementCount < groupBlocksMax) return last;
    const group = document.createElement("div");
    group.className = "blocks";
    this.place.append(group);
    return group;
  }
}
