// The button that asks once more, in the console's words.
import { ConfirmButton as AskingButton, type Props } from "../../parts/confirm_button";
import { useConsole } from "../context";

export function ConfirmButton(props: Omit<Props, "cancel">) {
  const { say } = useConsole();
  return <AskingButton {...props} cancel={say("cancel")} />;
}
