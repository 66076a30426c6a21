// Properties: every row sees every span of its sequence exactly once, whatever the batch; rows that
// see the same pages of a span share a task; where partial results find no room, rows are in
// blocks.
#include "inference/model/attention_plan.h"

#include <gtest/gtest.h>

#include <list>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "inference/kernels/kernels.h"

namespace lemma::model {
namespace {

using kernels::kSpanTokens;

// Sequences one after the other in a batch, with pages of their own but for the shared first ones.
struct Sequences {
  void Add(int32_t n_tokens, int32_t n_past, int32_t n_shared_pages) {
    auto& own = pages.emplace_back();
    for (int32_t i = 0; i * kPageTokens < n_past + n_tokens; ++i) {
      own.push_back(i < n_shared_pages ? i : next_page++);
    }
    slices.push_back({.row_begin = n_rows, .n_tokens = n_tokens, .n_past = n_past, .pages = own});
    n_rows += n_tokens;
  }
  std::list<std::vector<PageId>> pages;
  std::vector<SequenceSlice> slices;
  int32_t n_rows = 0;
  PageId next_page = 1000;
};

// Which (row, first page of a span) the plan computes, and checks that each is right and once.
void ExpectComplete(const AttentionPlan& plan, const Sequences& sequences, int32_t task_rows) {
  std::map<int32_t, int32_t> seen_by_row;
  std::set<int32_t> partials;
  for (const auto& block : plan.blocks()) {
    EXPECT_LE(block.n_rows, task_rows);
    for (int32_t i = 0; i < block.n_rows; ++i) seen_by_row[block.row + i] += block.position + i + 1;
  }
  for (const auto& span : plan.spans()) {
    EXPECT_LE(static_cast<int32_t>(span.rows.size()), task_rows);
    for (const auto& [row, n_seen, partial] : span.rows) {
      EXPECT_GE(n_seen, 1);
      EXPECT_LE(n_seen, kSpanTokens);
      EXPECT_TRUE(partials.insert(partial).second);
      seen_by_row[row] += n_seen;
    }
  }
  EXPECT_EQ(static_cast<int32_t>(partials.size()), plan.n_partials());
  EXPECT_LE(plan.n_partials(), AttentionPlan::kPartialsMax);
  for (const auto& slice : sequences.slices) {
    for (int32_t i = 0; i < slice.n_tokens; ++i) {
      EXPECT_EQ(seen_by_row[slice.row_begin + i], slice.n_past + i + 1);
    }
  }
}

TEST(AttentionPlan, CoversRandomBatches) {
  AttentionPlan plan(512, 8);
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Sequences sequences;
    const auto below = [&](uint32_t n) { return static_cast<int32_t>(random() % n); };
    for (int32_t n = 1 + below(30); n > 0; --n) {
      sequences.Add(1 + (below(4) == 0 ? below(40) : below(3)),
                    below(2) == 0 ? below(3000) : below(20000), below(40));
    }
    if (sequences.n_rows > 512) continue;
    plan.Build(sequences.slices);
    ExpectComplete(plan, sequences, 8);
  }
}

TEST(AttentionPlan, ASharedPromptIsOneTask) {
  Sequences sequences;
  for (int i = 0; i < 8; ++i) sequences.Add(1, 300 + i, 4);
  AttentionPlan plan(64, 8);
  plan.Build(sequences.slices);
  ASSERT_EQ(plan.spans().size(), 9u);  // one for all, and the rest of each
  EXPECT_EQ(plan.spans()[0].rows.size(), 8u);
  ExpectComplete(plan, sequences, 8);
}

TEST(AttentionPlan, OtherPagesAreOtherTasks) {
  Sequences sequences;
  sequences.Add(1, 255, 3);  // the last page of the span is its own
  sequences.Add(1, 255, 3);
  sequences.Add(1, 255, 4);
  sequences.Add(1, 191, 4);  // sees three of the four
  AttentionPlan plan(64, 8);
  plan.Build(sequences.slices);
  EXPECT_EQ(plan.spans().size(), 4u);
}

TEST(AttentionPlan, ManyRowsAndMissingRoomMakeBlocks) {
  Sequences prefill;
  prefill.Add(100, 0, 0);
  AttentionPlan plan(256, 8);
  plan.Build(prefill.slices);
  EXPECT_EQ(plan.blocks().size(), 13u);
  EXPECT_EQ(plan.n_partials(), 0);

  Sequences deep;
  deep.Add(1, 600 * 256, 0);
  deep.Add(1, 600 * 256, 0);
  plan.Build(deep.slices);
  EXPECT_EQ(plan.folds().size(), 1u);
  EXPECT_EQ(plan.blocks().size(), 1u);
  ExpectComplete(plan, deep, 8);
}

}  // namespace
}  // namespace lemma::model
