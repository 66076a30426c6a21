#include "service/reason/prompt_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr size_t kNameBytesMax = 32;
constexpr size_t kQuotedBytesMax = 40;  // of a wrong tag, in its error

enum class TagKind { kVariable, kPartial, kIf, kElse, kEndIf, kWrong };

struct Tag {
  TagKind kind = TagKind::kWrong;
  std::string_view name;
};

Tag ReadTag(std::string_view inside) {
  inside = Trim(inside);
  if (inside == "else") return {TagKind::kElse, {}};
  if (inside == "/if") return {TagKind::kEndIf, {}};
  Tag tag{TagKind::kVariable, inside};
  if (inside.starts_with("#if ")) tag = {TagKind::kIf, Trim(inside.substr(4))};
  if (inside.starts_with('>')) tag = {TagKind::kPartial, Trim(inside.substr(1))};
  return IsVariableName(tag.name) ? tag : Tag{};
}

bool IsBlankWithinLine(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// One walk through a template and its partials. What a false condition leaves out is read like the
// rest, so that its mistakes are found; only its output goes nowhere, and its partials are not
// entered unless this is a check.
class Walk {
 public:
  Walk(const TemplateNames& names, bool is_check) : names_(names), is_check_(is_check) {}

  Status Template(std::string_view text) {
    Reader reader{text, 0, 1};
    LEMMA_RETURN_IF_ERROR(Block(reader, /*is_shown=*/true, /*open_line=*/0));
    return Ok();
  }

  std::string& output() { return output_; }
  std::set<std::string>& variables() { return variables_; }

 private:
  struct Reader {
    std::string_view text;
    size_t at;
    int line;  // of `at`

    // Moves over `n` bytes and returns them.
    std::string_view Take(size_t n) {
      const std::string_view taken = text.substr(at, n);
      at += taken.size();
      line += static_cast<int>(std::count(taken.begin(), taken.end(), '\n'));
      return taken;
    }
  };

  static Status Wrong(int line, std::string_view what) {
    return InvalidArgument(fmt::format("line {}: {}", line, what));
  }

  // Up to the end of the text (open_line 0) or over the {{/if}} of the {{#if}} on open_line.
  // `alternative`, where an {{else}} may come: whether what follows it is shown.
  Status Block(Reader& reader, bool is_shown, int open_line,
               std::optional<bool> alternative = std::nullopt) {
    while (true) {
      LEMMA_RETURN_IF_ERROR(Plain(reader, is_shown));
      if (reader.at == reader.text.size()) {
        if (open_line == 0) return Ok();
        return Wrong(open_line, "{{#if}} has no {{/if}}");
      }
      const int line = reader.line;
      LEMMA_ASSIGN_OR_RETURN(const Tag tag, NextTag(reader, is_shown));
      if (++n_tags_ > kTemplateTagsMax) {
        return Wrong(line,
                     fmt::format("more than {} tags, with those of partials", kTemplateTagsMax));
      }
      if (tag.kind == TagKind::kEndIf || tag.kind == TagKind::kElse) {
        const bool is_end = tag.kind == TagKind::kEndIf;
        if (open_line == 0 || (!is_end && !alternative)) {
          return Wrong(
              line, is_end ? "{{/if}} without {{#if}}" : "{{else}} without an {{#if}} of its own");
        }
        if (is_end) return Ok();
        return Block(reader, *alternative, open_line);
      }
      LEMMA_RETURN_IF_ERROR(Apply(tag, reader, line, is_shown));
    }
  }

  Status Apply(const Tag& tag, Reader& reader, int line, bool is_shown) {
    if (tag.kind == TagKind::kPartial) return Partial(tag.name, line, is_shown);
    const auto value = names_.variable(tag.name);
    if (!value) return Wrong(line, fmt::format("no variable \"{}\" is declared", tag.name));
    variables_.emplace(tag.name);
    if (tag.kind == TagKind::kVariable) return Add(*value, line, is_shown);
    if (++depth_ > kTemplateDepthMax) return TooDeep(line);
    const bool is_true = !value->empty();
    LEMMA_RETURN_IF_ERROR(
        Block(reader, is_shown && is_true, line, /*alternative=*/is_shown && !is_true));
    --depth_;
    return Ok();
  }

  Status Partial(std::string_view name, int line, bool is_shown) {
    const auto text = names_.partial(name);
    if (!text) return Wrong(line, fmt::format("there is no partial \"{}\"", name));
    if (!is_shown && !is_check_) return Ok();
    if (++depth_ > kTemplateDepthMax) return TooDeep(line);
    Reader reader{*text, 0, 1};
    if (const Status status = Block(reader, is_shown, /*open_line=*/0); !status.ok()) {
      return Wrong(line, fmt::format("partial \"{}\": {}", name, status.message()));
    }
    --depth_;
    return Ok();
  }

  static Status TooDeep(int line) {
    return Wrong(line,
                 fmt::format("conditions and partials lie more than {} deep", kTemplateDepthMax));
  }

  // The text before the next tag.
  Status Plain(Reader& reader, bool is_shown) {
    while (true) {
      const size_t open = std::min(reader.text.find(kOpen, reader.at), reader.text.size());
      const bool is_escaped =
          open < reader.text.size() && open > reader.at && reader.text[open - 1] == '\\';
      const int line = reader.line;
      std::string_view plain = reader.Take(open - reader.at);
      if (is_escaped) plain.remove_suffix(1);
      LEMMA_RETURN_IF_ERROR(Add(plain, line, is_shown));
      if (!is_escaped) return Ok();
      LEMMA_RETURN_IF_ERROR(Add(reader.Take(kOpen.size()), line, is_shown));
    }
  }

  Result<Tag> NextTag(Reader& reader, bool is_shown) {
    const int line = reader.line;
    const size_t begin = reader.at;
    const size_t close = reader.text.find(kClose, begin + kOpen.size());
    if (close == reader.text.npos) return Wrong(line, "{{ has no }}; two braces are written \\{{");
    const std::string_view whole = reader.Take(close + kClose.size() - begin);
    const Tag tag =
        ReadTag(whole.substr(kOpen.size(), whole.size() - kOpen.size() - kClose.size()));
    if (tag.kind == TagKind::kWrong) {
      return Wrong(line, fmt::format("\"{}\" is no tag; there are {{{{name}}}}, {{{{#if name}}}}, "
                                     "{{{{else}}}}, {{{{/if}}}} and {{{{> partial}}}}",
                                     whole.substr(0, kQuotedBytesMax)));
    }
    if (tag.kind == TagKind::kIf || tag.kind == TagKind::kElse || tag.kind == TagKind::kEndIf) {
      TakeLineOf(reader, begin, is_shown);
    }
    return tag;
  }

  // Where the tag that began at `begin` is alone on its line: the rest of the line, and the indent
  // that is put out already.
  void TakeLineOf(Reader& reader, size_t begin, bool is_shown) {
    size_t line_begin = begin;
    while (line_begin > 0 && IsBlankWithinLine(reader.text[line_begin - 1])) --line_begin;
    if (line_begin > 0 && reader.text[line_begin - 1] != '\n') return;
    size_t end = reader.at;
    while (end < reader.text.size() && IsBlankWithinLine(reader.text[end])) ++end;
    if (end < reader.text.size() && reader.text[end] != '\n') return;
    reader.Take(std::min(end + 1, reader.text.size()) - reader.at);
    if (is_shown) output_.resize(output_.size() - (begin - line_begin));
  }

  Status Add(std::string_view text, int line, bool is_shown) {
    if (!is_shown) return Ok();
    if (output_.size() + text.size() > kTemplateOutputMax) {
      return Wrong(line, fmt::format("the text grows over {} bytes", kTemplateOutputMax));
    }
    output_ += text;
    return Ok();
  }

  const TemplateNames& names_;
  const bool is_check_;
  std::string output_;
  std::set<std::string> variables_;
  int depth_ = 0;
  int n_tags_ = 0;
};

}  // namespace

bool IsVariableName(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '_'; });
}

Result<std::string> RenderTemplate(std::string_view text, const TemplateNames& names) {
  Walk walk(names, /*is_check=*/false);
  LEMMA_RETURN_IF_ERROR(walk.Template(text));
  return std::move(walk.output());
}

Result<std::set<std::string>> CheckTemplate(std::string_view text, const TemplateNames& names) {
  Walk walk(names, /*is_check=*/true);
  LEMMA_RETURN_IF_ERROR(walk.Template(text));
  return std::move(walk.variables());
}

}  // namespace lemma::reason
