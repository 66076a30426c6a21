// The fused operators against the compositions of libtorch's: values and derivatives.
#include "train/network/ops.h"

#include <gtest/gtest.h>

#include <vector>

#include "train/network/fused_ops.h"

namespace lemma::train {
namespace {

// |a - b| relative to |b|: bfloat16 keeps 8 bits, and a few roundings add up.
constexpr double kTolerance = 0.02;

double Distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor wanted = b.to(at::kFloat);
  return ((a.to(at::kFloat) - wanted).norm() / wanted.norm()).item<double>();
}

at::Tensor Leaf(at::IntArrayRef sizes, at::ScalarType type) {
  return at::empty(sizes).normal_().to(type).requires_grad_(true);
}

// Same inputs, own gradients.
std::vector<at::Tensor> CloneLeaves(const std::vector<at::Tensor>& leaves) {
  std::vector<at::Tensor> copies;
  for (const at::Tensor& leaf : leaves) {
    copies.push_back(leaf.detach().clone().requires_grad_(true));
  }
  return copies;
}

void ExpectSameGradients(const std::vector<at::Tensor>& fused,
                         const std::vector<at::Tensor>& plain) {
  for (size_t i = 0; i < fused.size(); ++i) {
    EXPECT_LT(Distance(fused[i].grad(), plain[i].grad()), kTolerance) << "input " << i;
  }
}

TEST(FusedOps, AddNormIsThePlainOne) {
  at::manual_seed(1);
  for (const int64_t n_rows : {1, 7, 200}) {
    const std::vector<at::Tensor> inputs = {
        Leaf({n_rows, 40}, at::kFloat), Leaf({n_rows, 40}, at::kBFloat16), Leaf({40}, at::kFloat)};
    const std::vector<at::Tensor> copies = CloneLeaves(inputs);
    const auto [sum, normed] = fused::AddNorm(inputs[0], inputs[1], inputs[2], 1e-6);
    const auto [plain_sum, plain_normed] =
        plain::AddNorm(copies[0], copies[1], copies[2], 1e-6, at::kBFloat16);
    EXPECT_TRUE(at::equal(sum, plain_sum));
    EXPECT_LT(Distance(normed, plain_normed), 0.004);
    const at::Tensor weight = at::empty({n_rows, 40}).normal_();
    ((sum * weight).sum() + (normed.to(at::kFloat) * weight).sum()).backward();
    ((plain_sum * weight).sum() + (plain_normed.to(at::kFloat) * weight).sum()).backward();
    ExpectSameGradients(inputs, copies);
  }
}

TEST(FusedOps, AddNormWithoutADeltaPassesTheStreamThrough) {
  const at::Tensor x = Leaf({5, 16}, at::kFloat);
  const at::Tensor weight = Leaf({16}, at::kFloat);
  const auto [sum, normed] = fused::AddNorm(x, at::Tensor(), weight, 1e-6);
  EXPECT_TRUE(at::equal(sum, x));
  normed.to(at::kFloat).sum().backward();  // the stream itself is not used: only the norm's part
  const std::vector<at::Tensor> copies = CloneLeaves({x, weight});
  plain::AddNorm(copies[0], at::Tensor(), copies[1], 1e-6, at::kBFloat16)
      .second.to(at::kFloat)
      .sum()
      .backward();
  ExpectSameGradients({x, weight}, copies);
}

TEST(FusedOps, SwiGluIsThePlainOne) {
  at::manual_seed(2);
  for (const int64_t width : {1, 33, 96}) {
    const std::vector<at::Tensor> inputs = {Leaf({70, 2 * width}, at::kBFloat16)};
    const std::vector<at::Tensor> copies = CloneLeaves(inputs);
    const at::Tensor out = fused::SwiGlu(inputs[0]);
    const at::Tensor plain_out = plain::SwiGlu(copies[0]);
    EXPECT_LT(Distance(out, plain_out), 0.004);
    const at::Tensor weight = at::empty({70, width}).normal_().to(at::kBFloat16);
    (out * weight).sum().backward();
    (plain_out * weight).sum().backward();
    ExpectSameGradients(inputs, copies);
  }
}

TEST(FusedOps, AttentionIsThePlainOne) {
  at::manual_seed(3);
  const HeadShape heads{4, 2, 16};
  const RotaryTable rotary = MakeRotaryTable(64, 16, 10000.0, at::kCPU);
  for (const int64_t length : {1, 5, 33}) {
    const int64_t n_sequences = 3;
    const std::vector<at::Tensor> inputs = {Leaf({n_sequences * length, 8 * 16}, at::kBFloat16),
                                            Leaf({8 * 16}, at::kFloat)};
    const std::vector<at::Tensor> copies = CloneLeaves(inputs);
    const at::Tensor out = fused::Attention(inputs[0], inputs[1], rotary, heads, n_sequences);
    const at::Tensor plain_out = plain::Attention(copies[0], copies[1], rotary, heads, n_sequences);
    EXPECT_LT(Distance(out, plain_out), 0.01);
    const at::Tensor weight = at::empty(out.sizes()).normal_().to(at::kBFloat16);
    (out * weight).sum().backward();
    (plain_out * weight).sum().backward();
    ExpectSameGradients(inputs, copies);
  }
}

TEST(FusedOps, CrossEntropyIsThePlainOneAcrossChunks) {
  at::manual_seed(4);
  const int64_t n_rows = 2048 + 77;  // one whole chunk and a part
  const std::vector<at::Tensor> inputs = {Leaf({n_rows, 24}, at::kBFloat16),
                                          Leaf({51, 24}, at::kBFloat16)};
  const std::vector<at::Tensor> copies = CloneLeaves(inputs);
  const at::Tensor targets = at::randint(0, 51, {n_rows}, at::kLong);
  const at::Tensor loss = fused::LinearCrossEntropy(inputs[0], inputs[1], targets);
  const at::Tensor plain_loss = plain::LinearCrossEntropy(copies[0], copies[1], targets);
  EXPECT_NEAR(loss.item<double>() / plain_loss.item<double>(), 1.0, 1e-4);
  (loss / 10.0).backward();
  (plain_loss / 10.0).backward();
  ExpectSameGradients(inputs, copies);
}

}  // namespace
}  // namespace lemma::train
