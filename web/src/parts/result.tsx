// What came of a task: how it stands, the thinking folded, the answer, and what was verified.
import { Fragment, type RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Entry } from "../history";
import { shownSample, type Failure, type Run, type Sample } from "../run";
import { isRace, thinkingTokensMax, type Task } from "../task";
import type { RunControl } from "../use_run";
import { profileName, type Say, type Word } from "../words";
import { Samples } from "./samples";
import { Share } from "./share";
import { Typeset } from "./typeset";
import { Verified } from "./verified";
import { Versions } from "./versions";

interface Props {
  entry: Entry;
  versions: Entry[]; // of the same task, this one included
  contextMax: number; // what the model holds, of tokens; 0: not known
  control: RunControl;
  onEdit(): void;
  onVersion(entry: Entry): void;
  say: Say;
}

export function Result(props: Props) {
  const { entry, versions, contextMax, control, onEdit, onVersion, say } = props;
  const { run, task } = entry;
  const sample = shownSample(run);
  const showsRace = isRace(task) && !entry.isShared;
  const status = useFocusKept(control.isRunning);
  const asked = useBeginningSeen(status, entry.id, control.isRunning);
  const isThinking = run.samples.some(({ state, text }) => state === "running" && text === "");
  return (
    <section class="result" aria-label={say("answer")}>
      {entry.isShared && <p class="note">{say("shared")}</p>}
      {!control.isRunning && (
        <Versions versions={versions} shown={entry.id} onShow={onVersion} say={say} />
      )}
      <div class="asked" ref={asked}>
        <Typeset text={task.problem} say={say} />
      </div>
      <div class="row">
        <p class="status" role="status" ref={status} tabIndex={-1}>
          {say(statusOf(run))}
        </p>
        {!entry.isShared && <Progress run={run} task={task} contextMax={contextMax} say={say} />}
        {/* Other elements, not the same with other words: a press meant for one never is the other's. */}
        {control.isRunning ? (
          <Fragment key="running">
            <button
              type="button"
              aria-disabled={!isThinking}
              onClick={() => isThinking && control.answerNow()}
            >
              {say("answerNow")}
            </button>
            <button type="button" onClick={control.stop}>
              {say("stop")}
            </button>
          </Fragment>
        ) : (
          <Fragment key="ended">
            {!entry.isShared && (
              <button type="button" onClick={() => control.start(task, entry.root)}>
                {say("retry")}
              </button>
            )}
            <button type="button" onClick={onEdit}>
              {say("edit")}
            </button>
            {!entry.isShared && <Share entry={entry} say={say} />}
          </Fragment>
        )}
      </div>
      {run.failure && ["failed", "interrupted"].includes(run.state) && (
        <FailureNote failure={run.failure} isNamed={run.state === "interrupted"} say={say} />
      )}
      {run.waitsFor && run.state === "running" && (
        <FailureNote failure={run.waitsFor} isTriedAgain say={say} />
      )}
      {run.isTruncated && run.state === "running" && (
        <p class="note" role="status">
          {say("restLater")}
        </p>
      )}
      {run.isOffDomain && <p class="note">{say("offDomain")}</p>}
      {showsRace && <Samples run={run} say={say} />}
      {sample?.thinking && <Thinking key={entry.id} run={run} sample={sample} say={say} />}
      {sample?.text && (
        <div class="answer">
          <Typeset text={sample.text} isWhole={run.state !== "running"} say={say} />
        </div>
      )}
      {!showsRace && isSilent(run) && <p class="note">{say("noAnswer")}</p>}
      {sample?.finish === "length" && <p class="note">{say("cutOff")}</p>}
      {run.closedBy && <p class="note">{say("thinkingClosed")}</p>}
      {showsRace && <Verified run={run} isProgram={task.tests.length > 0} say={say} />}
    </section>
  );
}

// Where the focus goes when the button that had it is gone: other buttons are there while it runs.
function useFocusKept(isRunning: boolean): RefObject<HTMLParagraphElement> {
  const status = useRef<HTMLParagraphElement>(null);
  const wasRunning = useRef(isRunning);
  useEffect(() => {
    const isLost = document.activeElement === document.body;
    if (wasRunning.current !== isRunning && isLost) status.current?.focus({ preventScroll: true });
    wasRunning.current = isRunning;
  }, [isRunning]);
  return status;
}

// What readers do; where they look is theirs from then on.
const acts = ["keydown", "pointerdown", "touchstart", "wheel"];

// Where a task is shown so that it is seen to begin: its status stands below the window of a phone, and the
// task above it grows as it is typeset.
function useBeginningSeen(
  status: RefObject<HTMLElement>,
  id: string,
  isRunning: boolean,
): RefObject<HTMLDivElement> {
  const asked = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isRunning) return;
    const observer = new ResizeObserver(() => {
      const isAbove = status.current!.getBoundingClientRect().top < 0; // its answer is read
      if (!isAbove) status.current!.scrollIntoView({ block: "nearest" });
    });
    observer.observe(asked.current!);
    const leave = () => observer.disconnect();
    for (const act of acts) addEventListener(act, leave, { capture: true, passive: true });
    return () => {
      leave();
      for (const act of acts) removeEventListener(act, leave, { capture: true });
    };
  }, [status, id, isRunning]);
  return asked;
}

// It ended by itself and has said nothing but its thoughts.
function isSilent(run: Run): boolean {
  const sample = shownSample(run);
  return run.state === "done" && !run.isOffDomain && !sample?.text && sample?.finish !== "length";
}

function statusOf(run: Run): Word {
  if (run.state === "stopped") return "stoppedByYou";
  if (run.state === "interrupted") return "interrupted";
  if (run.state === "failed") return run.failure ? failureWords[run.failure.kind] : "errorServer";
  if (run.state === "done") return "done";
  if (run.isLost) return "reconnecting";
  if (run.waitsFor) return failureWords[run.waitsFor.kind];
  const sample = shownSample(run);
  if (sample?.text) return "answering";
  return sample?.thinking ? "thinking" : "waiting";
}

const failureWords: Record<Failure["kind"], Word> = {
  key: "errorKey",
  forbidden: "errorForbidden",
  limit: "errorLimit",
  busy: "errorBusy",
  time: "errorTime",
  request: "errorRequest",
  server: "errorServer",
  lost: "errorLost",
};

interface NoteProps {
  failure: Failure;
  isNamed?: boolean; // what kind it is: the status says something else
  isTriedAgain?: boolean; // by the server
  say: Say;
}

function FailureNote({ failure, isNamed, isTriedAgain, say }: NoteProps) {
  const { kind, detail, retryAfterSeconds } = failure;
  if (!detail && retryAfterSeconds === null) return null;
  return (
    <p class="note" role="alert">
      {isNamed && `${say(failureWords[kind])} `}
      {detail}{" "}
      {retryAfterSeconds !== null &&
        say(isTriedAgain ? "triedAfter" : "retryAfter", { n: Math.ceil(retryAfterSeconds) })}
    </p>
  );
}

interface ProgressProps {
  run: Run;
  task: Task;
  contextMax: number;
  say: Say;
}

// Time, and what is used of the budget, as they run.
function Progress({ run, task, contextMax, say }: ProgressProps) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (run.state !== "running") return;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [run, run.state]);
  const wholeMs = run.wholeMs || Math.max(0, now - run.startedMs);
  return (
    <p class="progress">
      {seconds(wholeMs, say)}
      {attemptsEnded(run, task, say)}
      {tokensUsed(run, thinkingTokensMax(task, contextMax), say)}
      {run.profile && ` · ${profileName({ id: run.profile, description: "" }, say)}`}
    </p>
  );
}

function attemptsEnded({ state, samples }: Run, task: Task, say: Say): string {
  if (state !== "running" || samples.length === 0 || !isRace(task)) return "";
  const n = samples.filter((sample) => sample.state !== "running").length;
  return ` · ${say("attemptsEnded", { n, total: samples.length })}`;
}

// While it thinks, all of its tokens are thinking.
function tokensUsed(run: Run, max: number | null, say: Say): string {
  const n = run.completionTokens;
  const sample = shownSample(run);
  const thinks = run.state === "running" && sample?.thinking && !sample.text;
  if (thinks && max !== null) return ` · ${say("thinkingBudget", { n, max })}`;
  return n > 0 ? ` · ${n} ${say("tokens")}` : "";
}

function Thinking({ run, sample, say }: { run: Run; sample: Sample; say: Say }) {
  const [isOpen, setOpen] = useState(false);
  const { thinking, text, thinkingMs } = sample;
  const isDone = text !== "" || run.state !== "running";
  return (
    <details class="thinking" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {say(isDone ? "thought" : "thinking")}
        {` · ${thinking.length} ${say("characters")}`}
        {thinkingMs > 0 && ` · ${seconds(thinkingMs, say)}`}
      </summary>
      {isOpen && <Typeset text={thinking} isWhole={isDone} say={say} />}
    </details>
  );
}

function seconds(ms: number, say: Say): string {
  return `${(ms / 1000).toFixed(1)} ${say("seconds")}`;
}
