// Properties: attention agrees with the reference at every length, row block and group; stale
// memory never reaches a result; a row has the same bits alone, in a block and under other pages.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <tuple>

#include "inference/kernels/float16.h"
#include "inference/kernels/test_isas.h"
#include "inference/kernels/test_reference.h"

namespace lemma::kernels {
namespace {

// One sequence's K, V (exact in the KV format) and queries, and its pages among poison.
struct Case {
  Case(WeightFormat format, int64_t n_tokens, int64_t group, int64_t head_dim)
      : format(format),
        n_tokens(n_tokens),
        group(group),
        head_dim(head_dim),
        k(RandomFloats(n_tokens * head_dim, 1)),
        v(RandomFloats(n_tokens * head_dim, 2)),
        q(RandomFloats(n_tokens * group * head_dim, 3)),
        layout(LayKv(format, head_dim)),
        page_bytes(layout.bytes),
        pages(static_cast<size_t>(DivideUp(n_tokens, kKvPageTokens))),
        memory(page_bytes * static_cast<int64_t>(pages.size())) {
    if (format == WeightFormat::kBf16) {
      k = RoundedToBf16(k);
      v = RoundedToBf16(v);
    }
    for (float& value : q) value *= 4;  // so that softmax has something to choose
    std::iota(pages.rbegin(), pages.rend(), 0);
    Store();
  }

  // Writes K and V where `pages` says; of an odd last token's line, zeros in the free half.
  void Store() {
    if (format == WeightFormat::kInt8) return StoreInt8();
    format == WeightFormat::kF32 ? StoreAs<float>([](float x) { return x; })
                                 : StoreAs<uint16_t>(FloatToBf16);
  }
  template <typename T, typename Convert>
  void StoreAs(Convert convert) {
    const int64_t n_padded = DivideUp(n_tokens, ColumnsPerLine(format)) * ColumnsPerLine(format);
    for (int64_t token = 0; token < n_padded; ++token) {
      const int64_t slot = token % kKvPageTokens;
      T* k_page = reinterpret_cast<T*>(PageOf(token));
      T* v_page = reinterpret_cast<T*>(PageOf(token) + layout.v);
      for (int64_t d = 0; d < head_dim; ++d) {
        const auto at = static_cast<size_t>(token * head_dim + d);
        const bool exists = token < n_tokens;
        if (exists) k_page[PanelIndex<T>(slot, d, head_dim)] = convert(k[at]);
        v_page[PanelIndex<T>(d, slot, kKvPageTokens)] = convert(exists ? v[at] : 0);
      }
    }
  }
  // The queries stay as they are: K is the rotation of nothing known, and out is a mean of V.
  void StoreInt8() {
    for (int64_t token = 0; token < n_tokens; ++token) {
      const int64_t slot = token % kKvPageTokens;
      std::byte* page = PageOf(token);
      const auto store = [&](std::vector<float>& values, int64_t scales, auto place) {
        float* row = values.data() + token * head_dim;
        float maximum = 0;
        for (int64_t d = 0; d < head_dim; ++d) maximum = std::max(maximum, std::abs(row[d]));
        const float scale = maximum / 127;
        reinterpret_cast<float*>(page + scales)[slot] = scale;
        for (int64_t d = 0; d < head_dim; ++d) {
          const float q = std::nearbyint(row[d] / scale);
          page[place(d)] = static_cast<std::byte>(static_cast<int>(q) + 128);
          row[d] = q * scale;
        }
      };
      store(k, layout.k_scales, [&](int64_t d) {
        return slot / 16 * layout.k_panel_bytes + d / 4 * kLineBytes + slot % 16 * 4 + d % 4;
      });
      store(v, layout.v_scales, [&](int64_t d) {
        return layout.v + d / 16 * layout.v_panel_bytes + slot / 4 * kLineBytes + d % 16 * 4 +
               slot % 4;
      });
    }
  }
  std::byte* PageOf(int64_t token) const {
    return memory.data() + pages[static_cast<size_t>(token / kKvPageTokens)] * page_bytes;
  }

  // Rows [first, first + n_rows) of the sequence: [n_rows, group, head_dim].
  std::vector<float> Attend(const Kernels& kernels, int64_t first, int64_t n_rows) const {
    const int64_t partial_floats = AttentionPartialFloats(head_dim);
    const int64_t n_queries = n_rows * group;
    std::vector<float> totals(static_cast<size_t>(n_queries * partial_floats));
    for (int64_t i = 0; i < n_queries; ++i) {
      ClearAttention(head_dim, totals.data() + i * partial_floats);
    }
    for (int64_t begin = 0; begin < first + n_rows; begin += kSpanTokens) {
      const std::vector<float> partials = AttendSpan(kernels, first, n_rows, begin);
      for (int64_t i = std::max<int64_t>(begin - first, 0) * group; i < n_queries; ++i) {
        kernels.fold_attention(partials.data() + i * partial_floats, head_dim,
                               totals.data() + i * partial_floats);
      }
    }
    std::vector<float> rows(static_cast<size_t>(n_queries * head_dim + 3), std::nanf(""));
    for (int64_t i = 0; i < n_queries; ++i) {
      kernels.finish_attention(totals.data() + i * partial_floats, head_dim,
                               rows.data() + i * head_dim);
    }
    for (int i = 1; i <= 3; ++i) EXPECT_TRUE(std::isnan(rows[rows.size() - size_t(i)]));
    rows.resize(rows.size() - 3);
    return rows;
  }
  // The rows' partial results over one span; of rows that end before it, poison.
  std::vector<float> AttendSpan(const Kernels& kernels, int64_t first, int64_t n_rows,
                                int64_t begin) const {
    std::vector<float> partials(
        static_cast<size_t>(n_rows * group * AttentionPartialFloats(head_dim)), std::nanf(""));
    std::vector<AttentionRow> rows;
    for (int64_t row = std::max<int64_t>(begin - first, 0); row < n_rows; ++row) {
      rows.push_back({.q = q.data() + (first + row) * group * head_dim,
                      .n_seen = std::min(kSpanTokens, first + row + 1 - begin),
                      .partial = partials.data() + row * group * AttentionPartialFloats(head_dim)});
    }
    const PoisonedBytes scratch(AttentionScratchBytes(n_rows * group, head_dim));
    kernels.attention({.rows = rows.data(),
                       .n_rows = static_cast<int64_t>(rows.size()),
                       .group = group,
                       .head_dim = head_dim,
                       .format = format,
                       .kv = memory.data(),
                       .page_bytes = page_bytes,
                       .pages = pages.data() + begin / kKvPageTokens,
                       .scratch = scratch.data()});
    return partials;
  }

  WeightFormat format;
  int64_t n_tokens, group, head_dim;
  std::vector<float> k, v;  // [n_tokens, head_dim]
  std::vector<float> q;     // [n_tokens, group, head_dim]
  KvLayout layout;
  int64_t page_bytes;
  std::vector<int32_t> pages;
  PoisonedBytes memory;
};

class AttentionTest : public testing::TestWithParam<std::tuple<Isa, WeightFormat>> {
 protected:
  const Kernels& kernels() const { return KernelsFor(std::get<0>(GetParam())); }
  WeightFormat format() const { return std::get<1>(GetParam()); }
  // Queries and probabilities are rounded to int8, and to bf16 where the dot instruction wants them
  // so.
  double tolerance() const {
    if (format() == WeightFormat::kInt8) return 6e-2;
    return kernels().activations[static_cast<int>(format())] == ActivationFormat::kBf16 ? 2e-2
                                                                                        : 5e-6;
  }
  // Some sizes of heads are only for floats.
  bool IsOurs(int64_t head_dim) const { return IsKvFormat(format(), head_dim); }
};

TEST_P(AttentionTest, AgreesWithTheReference) {
  for (const int64_t n_tokens : {1, 2, 63, 64, 65, 130, 256, 257, 600}) {
    for (const auto& [group, head_dim] : {std::pair{1, 2}, std::pair{1, 20}, std::pair{2, 64},
                                          std::pair{6, 128}, std::pair{7, 16}}) {
      if (!IsOurs(head_dim)) continue;
      const Case c(format(), n_tokens, group, head_dim);
      const int64_t n_rows = std::min<int64_t>(n_tokens, 9);
      const std::vector<float> rows = c.Attend(kernels(), n_tokens - n_rows, n_rows);
      for (int64_t i = 0; i < n_rows * group; ++i) {
        const int64_t position = n_tokens - n_rows + i / group;
        const auto expected =
            ReferenceAttention(c.q.data() + (position * group + i % group) * head_dim, c.k.data(),
                               c.v.data(), position + 1, head_dim);
        for (int64_t d = 0; d < head_dim; ++d) {
          ASSERT_NEAR(rows[static_cast<size_t>(i * head_dim + d)], expected[static_cast<size_t>(d)],
                      tolerance())
              << n_tokens << " tokens, group " << group << ", head_dim " << head_dim;
        }
      }
    }
  }
}

TEST_P(AttentionTest, ARowDoesNotDependOnTheRowsBesideIt) {
  const Case c(format(), 350, 3, 64);
  const std::vector<float> together = c.Attend(kernels(), 0, c.n_tokens);
  for (const int64_t block : {1, 7, 64}) {
    std::vector<float> parts;
    for (int64_t row = 0; row < c.n_tokens; row += block) {
      const auto part = c.Attend(kernels(), row, std::min(block, c.n_tokens - row));
      parts.insert(parts.end(), part.begin(), part.end());
    }
    ASSERT_EQ(0, std::memcmp(parts.data(), together.data(), parts.size() * sizeof(float))) << block;
  }
}

TEST_P(AttentionTest, ARowDoesNotDependOnWherePagesLie) {
  Case c(format(), 380, 2, 64);
  const std::vector<float> before = c.Attend(kernels(), 370, 10);
  std::rotate(c.pages.begin(), c.pages.begin() + 1, c.pages.end());
  c.Store();
  const std::vector<float> after = c.Attend(kernels(), 370, 10);
  EXPECT_EQ(0, std::memcmp(before.data(), after.data(), before.size() * sizeof(float)));
}

TEST_P(AttentionTest, LargeScoresDoNotOverflow) {
  Case c(format(), 70, 1, 64);
  for (float& value : c.q) value *= 1e4f;
  for (const float value : c.Attend(kernels(), 60, 10)) ASSERT_LE(std::abs(value), 1.01f);
}

std::string NameOf(const testing::TestParamInfo<std::tuple<Isa, WeightFormat>>& info) {
  constexpr const char* kNames[] = {"_f32", "_bf16", "_int8"};
  std::string name = IsaName(std::get<0>(info.param));
  std::erase(name, '-');
  return name + kNames[static_cast<int>(std::get<1>(info.param))];
}

INSTANTIATE_TEST_SUITE_P(Isas, AttentionTest,
                         testing::Combine(testing::ValuesIn(TestedIsas()),
                                          testing::Values(WeightFormat::kF32, WeightFormat::kBf16,
                                                          WeightFormat::kInt8)),
                         NameOf);

}  // namespace
}  // namespace lemma::kernels
