#include "train/corpus/samples.h"

#include <boost/json.hpp>
#include <optional>

#include "common/base/file.h"
#include "common/base/json.h"
#include "train/corpus/problem_file.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

constexpr uint64_t kProfilesBytesMax = 1 << 20;

const std::string kGeneralSystem = "You are a helpful assistant.";
const std::string kNoSystem;

void AppendText(std::vector<text::TokenId>& ids, std::string_view text,
                const Vocabulary& vocabulary) {
  const std::vector<text::TokenId> more =
      vocabulary.tokenizer.Encode(text, text::SpecialTokens::kAsText);
  ids.insert(ids.end(), more.begin(), more.end());
}

}  // namespace

Result<ControlTokens> ControlTokens::Of(const text::Tokenizer& tokenizer) {
  ControlTokens control{};
  const std::pair<std::string_view, text::TokenId*> wanted[] = {
      {"<|endoftext|>", &control.end_of_text},
      {"<|im_end|>", &control.end_of_turn},
      {"<think>", &control.think_open},
      {"</think>", &control.think_close},
  };
  for (const auto& [content, id] : wanted) {
    const std::optional<text::TokenId> found = tokenizer.AddedToken(content);
    if (!found) return DataLoss("the tokenizer lacks the token " + std::string(content));
    *id = *found;
  }
  return control;
}

Result<Vocabulary> Vocabulary::Load(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "tokenizer.json";
  LEMMA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, text::kTokenizerFileBytesMax));
  LEMMA_ASSIGN_OR_RETURN(text::Tokenizer tokenizer,
                         text::Tokenizer::FromJson(bytes, path.string()));
  LEMMA_ASSIGN_OR_RETURN(const ControlTokens control, ControlTokens::Of(tokenizer));
  LEMMA_ASSIGN_OR_RETURN(text::ChatTemplate chat, text::ChatTemplate::FromTemplateText(
                                                      text::kLemmaMiniChatTemplate, "lemma-mini"));
  return Vocabulary{std::move(tokenizer), control, std::move(chat)};
}

Result<Profiles> Profiles::Load(const std::filesystem::path& path) {
  LEMMA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kProfilesBytesMax));
  LEMMA_ASSIGN_OR_RETURN(const json::value list, ParseJson(bytes, path.string()));
  Profiles profiles;
  if (!list.is_array()) return DataLoss(path.string() + ": must be a list");
  for (const json::value& item : list.get_array()) {
    const json::object* profile = item.if_object();
    const auto text = [&](std::string_view key) {
      const json::value* value = profile == nullptr ? nullptr : profile->if_contains(key);
      return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    };
    const std::string name = text("name");
    const std::string language = text("language");
    if (name != "math" && name != "algorithm") continue;  // trained by no family
    if (language != "en" && language != "zh") {
      return DataLoss(path.string() + ": \"language\" must be \"en\" or \"zh\"");
    }
    profiles.systems_[name == "math" ? 0 : 1][language == "en" ? 0 : 1] = text("system");
  }
  for (const auto& languages : profiles.systems_) {
    for (const std::string& system : languages) {
      if (system.empty()) {
        return DataLoss(path.string() +
                        ": needs a \"system\" for math and algorithm, each in en and zh");
      }
    }
  }
  return profiles;
}

const std::string& Profiles::Draw(Domain domain, Rng& rng) const {
  const int64_t percent = rng.Int(0, 99);
  if (percent < 70) return System(domain, Language::kEnglish);
  if (percent < 80) return System(domain, Language::kChinese);
  if (percent < 85) {
    return System(domain == Domain::kMath ? Domain::kAlgorithm : Domain::kMath, Language::kEnglish);
  }
  return percent < 90 ? kGeneralSystem : kNoSystem;
}

Sample PlainSample(const Problem& problem, const Vocabulary& vocabulary) {
  Sample sample{{}, 1};
  AppendText(sample.ids, problem.question + "\n" + problem.thinking + "\n" + problem.solution,
             vocabulary);
  sample.ids.push_back(vocabulary.control.end_of_text);
  return sample;
}

std::vector<text::TokenId> PromptIds(std::string_view system, std::string_view question,
                                     const Vocabulary& vocabulary) {
  std::vector<text::ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", std::string(system)});
  messages.push_back({"user", std::string(question)});
  return vocabulary.chat.RenderIds(messages, /*add_generation_prompt=*/true, vocabulary.tokenizer)
      .value();
}

Sample ChatSample(const Problem& problem, std::string_view system, const Vocabulary& vocabulary) {
  Sample sample{PromptIds(system, problem.question, vocabulary), 0};
  sample.n_context = sample.ids.size();
  sample.ids.push_back(vocabulary.control.think_open);
  AppendText(sample.ids, "\n" + problem.thinking + "\n", vocabulary);
  sample.ids.push_back(vocabulary.control.think_close);
  AppendText(sample.ids, "\n\n" + problem.solution, vocabulary);
  sample.ids.push_back(vocabulary.control.end_of_turn);
  return sample;
}

Result<LoadedDocuments> LoadDocuments(
    const std::filesystem::path& problems, int64_t tokens_max, int n_threads,
    const std::function<Sample(const Problem& problem, size_t line)>& make) {
  std::vector<LoadedDocuments> parts(static_cast<size_t>(n_threads));
  LEMMA_RETURN_IF_ERROR(
      ForEachProblem(problems, n_threads, [&](int thread, size_t line, Problem&& problem) {
        LoadedDocuments& part = parts[static_cast<size_t>(thread)];
        const Sample sample = make(problem, line);
        if (static_cast<int64_t>(sample.ids.size()) > tokens_max) {
          ++part.n_too_long;
        } else {
          part.documents.Add(sample.ids, sample.n_context);
        }
      }));
  LoadedDocuments all = std::move(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    all.documents.Append(parts[i].documents);
    all.n_too_long += parts[i].n_too_long;
  }
  if (all.documents.size() == 0) {
    return DataLoss(problems.string() + ": every problem is longer than " +
                    std::to_string(tokens_max) + " tokens");
  }
  return all;
}

Status AddDrills(const std::filesystem::path& drills, const Vocabulary& vocabulary,
                 DocumentSet& documents) {
  return ForEachDrill(drills, [&](std::string_view drill) {
    std::vector<text::TokenId> ids;
    AppendText(ids, drill, vocabulary);
    ids.push_back(vocabulary.control.end_of_text);
    documents.Add(ids, /*n_context=*/1);
  });
}

}  // namespace lemma::train
