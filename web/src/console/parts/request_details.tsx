// A request of the log, with its time line and, where its key keeps them, prompt and answer.
import { useState } from "preact/hooks";

import { CallError } from "../admin_api";
import { useConsole } from "../context";
import {
  finishName,
  phases,
  phasesOf,
  reasonName,
  type KeptRequest,
  type LoggedRequest,
} from "../requests";
import { useData } from "../use_data";
import { useKeyNames } from "../use_key_names";
import { Facts, type Fact } from "./facts";
import { Failure } from "./failure";
import { KeyLink } from "./key_link";
import { Timeline, TimelineLegend } from "./timeline";

const retryMs = 1000;

// `hasJustEnded`: it is on its way into the log.
export function RequestDetails({ id, hasJustEnded }: { id: string; hasJustEnded: boolean }) {
  const { api, say, formats, may } = useConsole();
  const [isAwaited, setIsAwaited] = useState(hasJustEnded);
  const find = async (): Promise<LoggedRequest & Partial<KeptRequest>> => {
    // What was said is for admins; the rest is in the list.
    if (may("admin")) return api.get<KeptRequest>(`/requests/${encodeURIComponent(id)}`);
    const found = await api.get<{ requests: LoggedRequest[] }>("/requests", { id });
    if (!found.requests[0]) throw new CallError(404, "not_found", "", id);
    return found.requests[0];
  };
  const load = async () => {
    const found = await find();
    setIsAwaited(false);
    return found;
  };
  const data = useData(load, [id], isAwaited ? retryMs : 0);
  const nameOfKey = useKeyNames();
  const request = data.value;
  if (!request && isAwaited) return <p role="status">{say("hasEnded")}</p>;
  if (!request) return <Failure failure={data.failure} />;
  const spans = phasesOf(request);
  const facts: Fact[] = [
    [say("started"), formats.time(request.started)],
    [say("dimension.status"), `${request.status} ${reasonName(request.reason, say)}`],
    [say("finish"), finishName(request.finish_reason, say)],
    [
      say("dimension.key_id"),
      request.key_id && <KeyLink id={request.key_id} name={nameOfKey(request.key_id)} />,
    ],
    [say("dimension.profile"), request.profile && `${request.profile}@${request.profile_version}`],
    [say("dimension.model"), request.model],
    [say("dimension.replica"), request.replica],
    [say("promptTokens"), formats.number(request.prompt_tokens)],
    [say("completionTokens"), formats.number(request.completion_tokens)],
    [say("thinkingTokens"), formats.number(request.thinking_tokens)],
    [say("latency.per_token"), formats.milliseconds(request.per_token_us / 1000)],
    [say("latency.whole"), formats.milliseconds(request.duration_ms)],
    ...phases.map((phase): Fact => [say(`phase.${phase}`), formats.milliseconds(spans[phase])]),
  ];
  return (
    <>
      <Timeline request={request} />
      <TimelineLegend />
      <Facts facts={facts} />
      {may("admin") && (
        <>
          <h3>{say("prompt")}</h3>
          <pre class="plain" tabIndex={0}>
            {request.prompt ?? say("notKept")}
          </pre>
          <h3>{say("phase.answer")}</h3>
          <pre class="plain" tabIndex={0}>
            {request.answer ?? say("notKept")}
          </pre>
        </>
      )}
    </>
  );
}
