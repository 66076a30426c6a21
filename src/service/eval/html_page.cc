#include "service/eval/html_page.h"

#include <fmt/format.h>

#include <utility>

#include "service/eval/svg_chart.h"

namespace lemma::eval {
namespace {

constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 15px/1.5 sans-serif; max-width: 900px; margin: 2em auto; padding: 0 1em; color: #111; }
table { border-collapse: collapse; margin: 0.5em 0; }
td, th { border-bottom: 1px solid #ddd; padding: 2px 10px 2px 0; text-align: left; vertical-align: top; }
td.n { text-align: right; }
svg { display: block; max-width: 100%; }
</style>
)";

}  // namespace

HtmlPage::HtmlPage(std::string_view title) : html_(kHead) {
  html_ += fmt::format("<title>{0}</title>\n</head>\n<body>\n<h1>{0}</h1>\n", EscapeXml(title));
}

void HtmlPage::Heading(std::string_view text) {
  html_ += fmt::format("<h2>{}</h2>\n", EscapeXml(text));
}

void HtmlPage::Paragraph(std::string_view text) {
  html_ += fmt::format("<p>{}</p>\n", EscapeXml(text));
}

void HtmlPage::Row(std::initializer_list<std::string> cells) {
  html_ += "<tr>";
  for (const std::string& cell : cells) html_ += "<td>" + EscapeXml(cell) + "</td>";
  html_ += "</tr>\n";
}

void HtmlPage::Raw(std::string_view html) { html_ += html; }

std::string HtmlPage::Finish() { return std::move(html_) + "</body>\n</html>\n"; }

}  // namespace lemma::eval
