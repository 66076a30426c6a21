// A key by its name, with its id for those who look for it.
import { linkTo } from "../route";

export function KeyLink({ id, name }: { id: string; name: string }) {
  if (!id) return null; // asked without a key
  return (
    <a href={linkTo("keys", id)} title={id}>
      {name}
    </a>
  );
}
