// A text as a QR code, for a phone's camera. What makes it is fetched when the first one is shown.
import { useEffect, useState } from "preact/hooks";

interface Modules {
  size: number;
  path: string; // the dark ones, each a square of 1
}

// What is below stays where it is when the code comes, and what has the focus there in sight.
const blank: Modules = { size: 1, path: "" };

export function QrCode({ text, label }: { text: string; label: string }) {
  const [modules, setModules] = useState<Modules | null>(blank);
  useEffect(() => {
    let isLeft = false;
    import("uqr").then(
      ({ encode }) => {
        // Four modules of margin, as ISO/IEC 18004 asks.
        const { size, data } = encode(text, { ecc: "M", border: 4 });
        const rows = data.map((row, y) =>
          row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")).join(""),
        );
        if (!isLeft) setModules({ size, path: rows.join("") });
      },
      () => setModules(null), // the server is away; the text stands beside it
    );
    return () => {
      isLeft = true;
    };
  }, [text]);
  if (!modules) return null;
  const { size, path } = modules;
  return (
    <svg
      class="qr"
      role="img"
      aria-hidden={modules === blank}
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
