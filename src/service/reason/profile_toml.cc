#include "service/reason/profile_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#define TOML_EXCEPTIONS 0
// toml++ takes for granted that a table's name begins as one, before it looks: "[=" ends the
// program, or with NDEBUG is undefined. Without its assertions it comes to the error it has for it.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace lemma::reason {
namespace {

std::string WithLine(const toml::node* node, std::string_view path, std::string_view what) {
  const std::string place = path.empty() ? "" : fmt::format("{}: ", path);
  if (node == nullptr) return fmt::format("{}{}", place, what);
  return fmt::format("line {}: {}{}", node->source().begin.line, place, what);
}

// Reads the members of one table, each once; the first thing that is wrong is kept in `status`.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string path, Status& status)
      : table_(table), path_(std::move(path)), status_(status) {}

  void ReadString(std::string_view key, std::string& into) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const auto* text = node->as_string();
    if (text == nullptr) return Fail(key, node, "must be a string");
    into = text->get();
  }

  void ReadNumber(std::string_view key, double& into) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const auto number = node->is_number() ? node->value<double>() : std::nullopt;
    if (!number) return Fail(key, node, "must be a number");
    into = *number;
  }

  void ReadInteger(std::string_view key, int32_t& into) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const auto* number = node->as_integer();
    if (number == nullptr || number->get() < 0 ||
        number->get() > std::numeric_limits<int32_t>::max()) {
      return Fail(key, node, "must be an integer from 0 to 2147483647");
    }
    into = static_cast<int32_t>(number->get());
  }

  template <typename T>
  void ReadName(std::string_view key, T& into) {
    std::string text;
    ReadString(key, text);
    if (table_.get(key) == nullptr || !status_.ok()) return;
    if (const Status parsed = ParseName(text, into); !parsed.ok()) {
      Fail(key, table_.get(key), parsed.message());
    }
  }

  void ReadLocal(std::string_view key, LocalText& into) {
    ReadTable(key, [&](TableReader text) {
      text.ReadString("en", into.en);
      text.ReadString("zh", into.zh);
      text.End();
    });
  }

  // `read` gets the reader of the table `key`, where there is one.
  template <typename Read>
  void ReadTable(std::string_view key, Read read) {
    const toml::node* node = Find(key);
    if (node == nullptr) return;
    const toml::table* table = node->as_table();
    if (table == nullptr) return Fail(key, node, "must be a table");
    read(TableReader(*table, PathOf(key), status_));
  }

  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, node] : table_) keys.emplace_back(key.str());
    return keys;
  }

  // A key that nothing has read is most likely mistyped.
  void End() {
    for (const auto& [key, node] : table_) {
      if (known_.contains(std::string(key.str()))) continue;
      std::string names;
      for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
      return Fail(key.str(), &node, "is unknown; there are: " + names);
    }
  }

 private:
  std::string PathOf(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }

  const toml::node* Find(std::string_view key) {
    known_.emplace(key);
    return table_.get(key);
  }

  void Fail(std::string_view key, const toml::node* node, std::string_view what) {
    if (!status_.ok()) return;
    status_ = InvalidArgument(WithLine(node, PathOf(key), what), PathOf(key));
  }

  const toml::table& table_;
  const std::string path_;
  Status& status_;
  std::set<std::string> known_;
};

void ReadProfile(TableReader& file, TaskProfile& into) {
  file.ReadString("name", into.name);
  file.ReadString("description", into.description);
  file.ReadName("task", into.task_type);
  file.ReadString("model", into.model);
  file.ReadName("injection", into.injection);
  file.ReadName("off_domain", into.off_domain);
  file.ReadName("extractor", into.extractor);
  file.ReadName("verifier", into.verifier);
  file.ReadLocal("system", into.system);
  file.ReadLocal("user", into.user);
  file.ReadTable("sampling", [&](TableReader sampling) {
    sampling.ReadNumber("temperature", into.temperature);
    sampling.ReadNumber("top_p", into.top_p);
    sampling.End();
  });
  file.ReadTable("budget", [&](TableReader budget) {
    budget.ReadInteger("max_tokens", into.max_tokens);
    budget.ReadInteger("answer_tokens", into.answer_tokens);
    budget.End();
  });
  file.ReadTable("variables", [&](TableReader variables) {
    for (const std::string& name : variables.Keys()) {
      variables.ReadString(name, into.variables[name]);
    }
  });
  file.ReadTable("partials", [&](TableReader partials) {
    for (const std::string& name : partials.Keys()) {
      partials.ReadLocal(name, into.partials[name]);
    }
  });
  file.End();
}

// The node that a path of CheckProfile names, or the nearest above it.
const toml::node* NodeAt(const toml::table& file, std::string_view path) {
  const toml::node* node = &file;
  while (!path.empty()) {
    const std::string_view key = path.substr(0, path.find('.'));
    const toml::table* table = node->as_table();
    const toml::node* next = table == nullptr ? nullptr : table->get(key);
    if (next == nullptr) break;
    node = next;
    path.remove_prefix(std::min(key.size() + 1, path.size()));
  }
  return node == &file ? nullptr : node;
}

bool MustBeEscaped(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

// A string as TOML writes it: literally over several lines where it can be, so that LaTeX and line
// ends read as they are.
std::string Quoted(std::string_view text) {
  const bool is_line = text.find('\n') == text.npos;
  const bool has_control = std::any_of(text.begin(), text.end(), MustBeEscaped);
  const bool is_literal = !has_control && text.find("'''") == text.npos && !text.ends_with('\'');
  if (!is_line && is_literal) return fmt::format("'''\n{}'''", text);
  if (is_line && is_literal && text.find('\\') != text.npos && text.find('\'') == text.npos) {
    return fmt::format("'{}'", text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (MustBeEscaped(c)) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string LocalTable(std::string_view name, const LocalText& text) {
  std::string table = fmt::format("\n[{}]\nen = {}\n", name, Quoted(text.en));
  if (!text.zh.empty()) table += fmt::format("zh = {}\n", Quoted(text.zh));
  return table;
}

}  // namespace

Result<TaskProfile> ParseProfileToml(std::string_view text) {
  if (text.size() > kProfileFileBytesMax) {
    return InvalidArgument(fmt::format("a profile has at most {} bytes", kProfileFileBytesMax));
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return InvalidArgument(fmt::format("line {}: not TOML: {}", parsed.error().source().begin.line,
                                       parsed.error().description()));
  }
  TaskProfile profile;
  Status status;
  TableReader file(parsed.table(), "", status);
  ReadProfile(file, profile);
  LEMMA_RETURN_IF_ERROR(status);
  if (const Status wrong = CheckProfile(profile); !wrong.ok()) {
    return InvalidArgument(
        WithLine(NodeAt(parsed.table(), wrong.field()), wrong.field(), wrong.message()),
        wrong.field());
  }
  return profile;
}

std::string ProfileToToml(const TaskProfile& profile) {
  std::string text = fmt::format("name = {}\n", Quoted(profile.name));
  if (!profile.description.empty()) {
    text += fmt::format("description = {}\n", Quoted(profile.description));
  }
  text += fmt::format("task = \"{}\"\n", NameOf(profile.task_type));
  if (!profile.model.empty()) text += fmt::format("model = {}\n", Quoted(profile.model));
  text += fmt::format(
      "injection = \"{}\"\noff_domain = \"{}\"\nextractor = \"{}\"\nverifier = \"{}\"\n",
      NameOf(profile.injection), NameOf(profile.off_domain), NameOf(profile.extractor),
      NameOf(profile.verifier));
  text += LocalTable("system", profile.system);
  if (!profile.user.en.empty()) text += LocalTable("user", profile.user);
  // {} writes the shortest text that reads as the same number.
  text += fmt::format("\n[sampling]\ntemperature = {}\ntop_p = {}\n", profile.temperature,
                      profile.top_p);
  text += fmt::format("\n[budget]\nmax_tokens = {}\nanswer_tokens = {}\n", profile.max_tokens,
                      profile.answer_tokens);
  if (!profile.variables.empty()) text += "\n[variables]\n";
  for (const auto& [name, value] : profile.variables) {
    text += fmt::format("{} = {}\n", name, Quoted(value));
  }
  for (const auto& [name, partial] : profile.partials) {
    text += LocalTable("partials." + name, partial);
  }
  return text;
}

}  // namespace lemma::reason
