// One job, followed until it ends, and cancelled where somebody must.
import { useState } from "preact/hooks";

import { useConsole } from "../context";
import { hasEnded, type JobDetails as Details } from "../jobs";
import { linkTo } from "../route";
import { useAction, useData } from "../use_data";
import { useKeyNames } from "../use_key_names";
import { ConfirmButton } from "./confirm_button";
import { Facts, type Fact } from "./facts";
import { Failure } from "./failure";
import { KeyLink } from "./key_link";

const refreshMs = 1000;

export function JobDetails({ id }: { id: string }) {
  const { api, say, may } = useConsole();
  const path = `/jobs/${encodeURIComponent(id)}`;
  const [isOver, setIsOver] = useState(false);
  const data = useData(
    async () => {
      const job = await api.get<Details>(path);
      setIsOver(hasEnded(job));
      return job;
    },
    [path],
    isOver ? 0 : refreshMs,
  );
  const { run, isBusy, failure } = useAction();
  const cancel = async () => {
    await api.send("POST", `${path}/cancel`);
    data.reload();
  };
  const job = data.value;
  return (
    <>
      <p>
        <a href={linkTo("jobs")}>{say("jobs")}</a>
      </p>
      <h2>
        <code>{id}</code>
      </h2>
      <Failure failure={failure ?? data.failure} />
      {job && (
        <>
          <JobFacts job={job} />
          {!hasEnded(job) && job.cancel_asked && <p role="status">{say("cancelAsked")}</p>}
          {!hasEnded(job) && !job.cancel_asked && may("admin") && (
            <ConfirmButton
              label={say("cancelJob")}
              question={say("cancelJobQuestion")}
              isBusy={isBusy}
              onConfirm={() => void run(cancel)}
            />
          )}
          {may("admin") && <Content job={job} />}
        </>
      )}
    </>
  );
}

function JobFacts({ job }: { job: Details }) {
  const { say, formats } = useConsole();
  const nameOfKey = useKeyNames();
  const { progress, webhook } = job;
  const facts: Fact[] = [
    // This alone is read out as it changes: the tokens do each second.
    [say("state"), <span role="status">{say(`job.${job.status}`)}</span>],
    [say("tokens"), formats.number(progress?.tokens ?? 0)],
    [say("target"), job.target],
    [
      say("dimension.key_id"),
      job.key_id && <KeyLink id={job.key_id} name={nameOfKey(job.key_id)} />,
    ],
    [say("when"), formats.time(job.created_ms)],
    [say("started"), formats.time(job.started_ms)],
    [say("ended"), formats.time(job.ended_ms)],
    [say("attempts"), formats.number(job.attempts)],
  ];
  if (progress?.samples_ended !== undefined) {
    facts.push([say("samplesEnded"), formats.number(progress.samples_ended)]);
  }
  if (webhook) {
    const state = say(`hook.${webhook.state}`);
    facts.push([say("webhook"), [webhook.url, state, webhook.error ?? ""].join(" ")]);
  }
  if (job.error) facts.push([say("error"), job.error.message ?? ""]);
  return <Facts facts={facts} />;
}

function Content({ job }: { job: Details }) {
  const { say } = useConsole();
  const textOf = (value: object | null) =>
    value ? JSON.stringify(value, null, 2) : say("notKept");
  return (
    <>
      <h3>{say("asked")}</h3>
      <pre class="plain" tabIndex={0}>
        {textOf(job.body)}
      </pre>
      {job.status === "done" && (
        <>
          <h3>{say("result")}</h3>
          <pre class="plain" tabIndex={0}>
            {textOf(job.result)}
          </pre>
        </>
      )}
    </>
  );
}
