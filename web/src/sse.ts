// Server-sent events out of a response's body, as far as Lemma's streams use them: "id", "event" and
// "data" lines, a blank line after each event, comments that keep the connection.

export interface ServerEvent {
  id: string; // "": it has none
  event: string; // "message" where the stream names none
  data: string;
}

export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let pending = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    pending += decoder.decode(value, { stream: true });
    const events = pending.split("\n\n");
    pending = events.pop() ?? "";
    for (const event of events) {
      const parsed = parseEvent(event);
      if (parsed) yield parsed;
    }
  }
}

function parseEvent(text: string): ServerEvent | null {
  let id = "";
  let event = "message";
  const data: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("id: ")) id = line.slice(4);
    if (line.startsWith("event: ")) event = line.slice(7);
    if (line.startsWith("data: ")) data.push(line.slice(6));
  }
  return data.length > 0 ? { id, event, data: data.join("\n") } : null;
}
