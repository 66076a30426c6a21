// From problems to token sequences: plain texts to pretrain on, chats to fine-tune on.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/text/chat_template.h"
#include "common/text/tokenizer.h"
#include "train/corpus/documents.h"
#include "train/data/family.h"
#include "train/data/rng.h"

namespace lemma::train {

// The control tokens that the recipe needs, by their ids.
struct ControlTokens {
  text::TokenId end_of_text;  // <|endoftext|>
  text::TokenId end_of_turn;  // <|im_end|>
  text::TokenId think_open;   // <think>
  text::TokenId think_close;  // </think>

  // Errors (kDataLoss): the tokenizer lacks one.
  static Result<ControlTokens> Of(const text::Tokenizer& tokenizer);
};

// A tokenizer with what the recipe reads beside it.
struct Vocabulary {
  text::Tokenizer tokenizer;
  ControlTokens control;
  text::ChatTemplate chat;

  // Reads `directory`/tokenizer.json; the chat template is lemma-mini's own.
  static Result<Vocabulary> Load(const std::filesystem::path& directory);
};

// System prompts by domain and language: train/recipe/profiles.json.
class Profiles {
 public:
  // Errors: unreadable, not JSON, no prompt for one of the domains and languages.
  static Result<Profiles> Load(const std::filesystem::path& path);

  const std::string& System(Domain domain, Language language) const {
    return systems_[domain == Domain::kMath ? 0 : 1][language == Language::kEnglish ? 0 : 1];
  }
  // What a chat of the training set stands under: mostly the English prompt of its own domain,
  // sometimes the Chinese one, the other domain's, a general one, or none (""), so that the model
  // answers under each.
  const std::string& Draw(Domain domain, Rng& rng) const;

 private:
  std::string systems_[2][2];
};

struct Sample {
  std::vector<text::TokenId> ids;
  size_t n_context;  // leading tokens that are read, not learnt
};

// question \n thinking \n solution <|endoftext|>, all of it learnt.
Sample PlainSample(const Problem& problem, const Vocabulary& vocabulary);

// The prompt of a chat, up to and including "<|im_start|>assistant\n". "" stands for no system
// turn.
std::vector<text::TokenId> PromptIds(std::string_view system, std::string_view question,
                                     const Vocabulary& vocabulary);

// The prompt, then, learnt: <think>\n{thinking}\n</think>\n\n{solution}<|im_end|>.
Sample ChatSample(const Problem& problem, std::string_view system, const Vocabulary& vocabulary);

struct LoadedDocuments {
  DocumentSet documents;
  size_t n_too_long = 0;  // left out: longer than tokens_max
};

// The samples of every problem of a file, encoded on n_threads threads; `make` must be
// thread-safe and depend on the problem and its line alone.
Result<LoadedDocuments> LoadDocuments(
    const std::filesystem::path& problems, int64_t tokens_max, int n_threads,
    const std::function<Sample(const Problem& problem, size_t line)>& make);

// Adds the drills of a file: each with <|endoftext|>, all of it learnt.
Status AddDrills(const std::filesystem::path& drills, const Vocabulary& vocabulary,
                 DocumentSet& documents);

}  // namespace lemma::train
