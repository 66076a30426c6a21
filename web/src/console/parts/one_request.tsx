// One request: followed while it runs, and as the log has it once it has ended.
import { useRef } from "preact/hooks";

import { useConsole } from "../context";
import type { LiveRequest } from "../requests";
import { linkTo } from "../route";
import type { Data } from "../use_data";
import { useKeyNames } from "../use_key_names";
import { Facts } from "./facts";
import { KeyLink } from "./key_link";
import { RequestDetails } from "./request_details";

export function OneRequest({ id, live }: { id: string; live: Data<LiveRequest[]> }) {
  const { say } = useConsole();
  const running = live.value?.find((request) => request.id === id);
  const hasRun = useRef(false);
  hasRun.current ||= running !== undefined;
  if (!live.value && !live.failure) return null; // whether it runs is not known yet
  return (
    <section>
      <p>
        <a href={linkTo("requests")}>{say("search")}</a>
      </p>
      <h3>
        <code>{id}</code>
      </h3>
      {running ? (
        <Running request={running} />
      ) : (
        <RequestDetails id={id} hasJustEnded={hasRun.current} />
      )}
    </section>
  );
}

function Running({ request }: { request: LiveRequest }) {
  const { say, formats } = useConsole();
  const nameOfKey = useKeyNames();
  return (
    <Facts
      facts={[
        [say("state"), <span role="status">{say(`live.${request.state}`)}</span>],
        [say("age"), formats.milliseconds(request.age_ms)],
        [say("tokens"), formats.number(request.tokens)],
        [
          say("dimension.key_id"),
          request.key_id && <KeyLink id={request.key_id} name={nameOfKey(request.key_id)} />,
        ],
        [say("dimension.profile"), request.profile],
        [say("dimension.model"), request.model],
        [say("dimension.replica"), request.replica],
      ]}
    />
  );
}
