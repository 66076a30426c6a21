#include "service/reason/task_profile.h"

namespace lemma::reason {

const std::vector<TaskProfile>& ShippedProfiles() {
  static const std::vector<TaskProfile> profiles = {
      {.name = "math",
       .version = 1,
       .task_type = TaskType::kMath,
       .system_en = "You are a careful mathematician. Reason step by step, check every step, and "
                    "put the final answer within \\boxed{}.",
       .system_zh = "你是一位严谨的数学家。请一步一步推理,检查每一步,并把最终答案放在 \\boxed{} "
                    "中。"},
      {.name = "algorithm",
       .version = 1,
       .task_type = TaskType::kAlgorithm,
       .system_en = "You are an expert competitive programmer. Reason about the problem step by "
                    "step, then give one complete, correct program in a fenced code block.",
       .system_zh = "你是一位算法竞赛专家。请先一步一步分析问题,再用一个代码块给出完整、正确的"
                    "程序。"},
  };
  return profiles;
}

const TaskProfile* FindProfile(std::string_view name) {
  for (const TaskProfile& profile : ShippedProfiles()) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace lemma::reason
