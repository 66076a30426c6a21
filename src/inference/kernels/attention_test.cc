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
        page_bytes(MatrixBytes(format, kKvPageTokens, head_dim) +
                   MatrixBytes(format, head_dim, kKvPageTokens)),
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
    format == WeightFormat::kF32 ? StoreAs<float>([](float x) { return x; })
                                 : StoreAs<uint16_t>(FloatToBf16);
  }
  template <typename T, typename Convert>
  void StoreAs(Convert convert) {
    const int64_t n_padded = DivideUp(n_tokens, ColumnsPerLine(format)) * ColumnsPerLine(format);
    for (int64_t token = 0; token < n_padded; ++token) {
      const int64_t slot = token % kKvPageTokens;
      std::byte* page =
          memory.data() + pages[static_cast<size_t>(token / kKvPageTokens)] * page_bytes;
      T* k_page = reinterpret_cast<T*>(page);
      T* v_page = reinterpret_cast<T*>(page + MatrixBytes(format, kKvPageTokens, head_dim));
      for (int64_t d = 0; d < head_dim; ++d) {
        const auto at = static_cast<size_t>(token * head_dim + d);
        const bool exists = token < n_tokens;
        if (exists) k_page[PanelIndex<T>(slot, d, head_dim)] = convert(k[at]);
        v_page[PanelIndex<T>(d, slot, kKvPageTokens)] = convert(exists ? v[at] : 0);
      }
    }
  }

  // Rows [first, first + n_rows) of the sequence: [n_rows, group, head_dim].
  std::vector<float> Attend(const Kernels& kernels, int64_t first, int64_t n_rows) const {
    const int64_t stride = group * head_dim + 3;
    std::vector<float> out(static_cast<size_t>(n_rows * stride), std::nanf(""));
    const PoisonedBytes scratch(AttentionScratchBytes(n_rows * group, head_dim));
    kernels.attention({.q = q.data() + first * group * head_dim,
                       .q_stride = group * head_dim,
                       .n_rows = n_rows,
                       .group = group,
                       .head_dim = head_dim,
                       .first_position = first,
                       .format = format,
                       .kv = memory.data(),
                       .page_bytes = page_bytes,
                       .pages = pages.data(),
                       .out = out.data(),
                       .out_stride = stride,
                       .scratch = scratch.data()});
    std::vector<float> rows;
    for (int64_t row = 0; row < n_rows; ++row) {
      rows.insert(rows.end(), out.begin() + row * stride, out.begin() + (row + 1) * stride - 3);
      for (int i = 1; i <= 3; ++i) EXPECT_TRUE(std::isnan(out[size_t((row + 1) * stride - i)]));
    }
    return rows;
  }

  WeightFormat format;
  int64_t n_tokens, group, head_dim;
  std::vector<float> k, v;  // [n_tokens, head_dim]
  std::vector<float> q;     // [n_tokens, group, head_dim]
  int64_t page_bytes;
  std::vector<int32_t> pages;
  PoisonedBytes memory;
};

class AttentionTest : public testing::TestWithParam<std::tuple<Isa, WeightFormat>> {
 protected:
  const Kernels& kernels() const { return KernelsFor(std::get<0>(GetParam())); }
  WeightFormat format() const { return std::get<1>(GetParam()); }
  // Queries and probabilities are rounded to bf16 where the dot instruction wants them so.
  double tolerance() const {
    return kernels().activations[static_cast<int>(format())] == ActivationFormat::kBf16 ? 2e-2
                                                                                        : 5e-6;
  }
};

TEST_P(AttentionTest, AgreesWithTheReference) {
  for (const int64_t n_tokens : {1, 2, 63, 64, 65, 130, 200}) {
    for (const auto& [group, head_dim] : {std::pair{1, 2}, std::pair{1, 20}, std::pair{2, 64},
                                          std::pair{6, 128}, std::pair{7, 16}}) {
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
  const Case c(format(), 150, 3, 32);
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
  Case c(format(), 180, 2, 16);
  const std::vector<float> before = c.Attend(kernels(), 170, 10);
  std::rotate(c.pages.begin(), c.pages.begin() + 1, c.pages.end());
  c.Store();
  const std::vector<float> after = c.Attend(kernels(), 170, 10);
  EXPECT_EQ(0, std::memcmp(before.data(), after.data(), before.size() * sizeof(float)));
}

TEST_P(AttentionTest, LargeScoresDoNotOverflow) {
  Case c(format(), 70, 1, 16);
  for (float& value : c.q) value *= 1e4f;
  for (const float value : c.Attend(kernels(), 60, 10)) ASSERT_TRUE(std::abs(value) <= 1.0f);
}

INSTANTIATE_TEST_SUITE_P(Isas, AttentionTest,
                         testing::Combine(testing::ValuesIn(TestedIsas()),
                                          testing::Values(WeightFormat::kF32, WeightFormat::kBf16)),
                         [](const auto& info) {
                           std::string name = IsaName(std::get<0>(info.param));
                           std::erase(name, '-');
                           return name + (std::get<1>(info.param) == WeightFormat::kF32 ? "_f32"
                                                                                        : "_bf16");
                         });

}  // namespace
}  // namespace lemma::kernels
