// Task profiles: how the model is asked for one kind of task. Plain data, no language of templates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::reason {

enum class TaskType { kMath, kAlgorithm };
enum class PromptLanguage { kEnglish, kChinese };

struct TaskProfile {
  std::string name;  // "math"
  int32_t version;   // a version's text never changes: another text is another version
  TaskType task_type;
  std::string system_en;
  std::string system_zh;
  // What a request gets that does not say.
  double temperature = 0.7;
  double top_p = 0.95;
  int32_t max_tokens = 512;

  const std::string& system(PromptLanguage language) const {
    return language == PromptLanguage::kChinese ? system_zh : system_en;
  }
};

// The profiles that travel with the program. lemma-mini is trained on exactly these system prompts
// (train/recipe/profiles.json).
const std::vector<TaskProfile>& ShippedProfiles();

// nullptr where there is none of that name.
const TaskProfile* FindProfile(std::string_view name);

}  // namespace lemma::reason
