// The requests that run in the gateway now, followed as they go, and ended where somebody must.
import { useConsole } from "../context";
import type { LiveRequest } from "../requests";
import { linkTo } from "../route";
import { useAction, type Data } from "../use_data";
import { useKeyNames } from "../use_key_names";
import { ConfirmButton } from "./confirm_button";
import { Failure } from "./failure";
import { CheckField } from "./field";
import { KeyLink } from "./key_link";
import { Table } from "./table";

interface Props {
  live: Data<LiveRequest[]>;
  follows: boolean;
  onFollow(follows: boolean): void;
}

export function LiveTable({ live, follows, onFollow }: Props) {
  const { api, say, formats, may } = useConsole();
  const nameOfKey = useKeyNames();
  const { run, failure } = useAction();
  const cancel = async (id: string) => {
    await api.send("POST", `/live/${id}/cancel`);
    live.reload();
  };
  return (
    <section>
      <h3>{say("now")}</h3>
      <CheckField label={say("follow")} isOn={follows} onChange={onFollow} />
      <Failure failure={failure ?? live.failure} />
      {live.value && (
        <Table
          label={say("now")}
          columns={[
            "ID",
            say("state"),
            say("age"),
            say("tokens"),
            say("dimension.key_id"),
            say("dimension.profile"),
            say("dimension.model"),
            say("dimension.replica"),
            "",
          ]}
          numeric={[2, 3]}
          rows={live.value.map((request) => ({
            key: request.id,
            cells: [
              <a href={linkTo("requests", request.id)}>
                <code>{request.id}</code>
              </a>,
              say(`live.${request.state}`),
              formats.milliseconds(request.age_ms),
              formats.number(request.tokens),
              <KeyLink id={request.key_id} name={nameOfKey(request.key_id)} />,
              request.profile,
              request.model,
              request.replica,
              may("admin") && !request.cancelled && (
                <ConfirmButton
                  label={say("end")}
                  question={say("endQuestion")}
                  onConfirm={() => void run(() => cancel(request.id))}
                />
              ),
            ],
          }))}
        />
      )}
    </section>
  );
}
