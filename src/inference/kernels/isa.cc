#include "inference/kernels/isa.h"

#include <array>
#include <string>

#include "inference/kernels/attention_scratch.h"
#include "inference/kernels/tables.h"

namespace lemma::kernels {
namespace {

constexpr std::array kBestFirst = {Isa::kAmx,      Isa::kAvx512Bf16, Isa::kAvx512Vnni, Isa::kAvx512,
                                   Isa::kAvx2Vnni, Isa::kAvx2,       Isa::kScalar};

bool Has(const CpuFeatures& cpu, Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return true;
    case Isa::kAvx2:
      return cpu.avx2_fma_f16c;
    case Isa::kAvx2Vnni:
      return cpu.avx_vnni;
    case Isa::kAvx512:
      return cpu.avx512;
    case Isa::kAvx512Vnni:
      return cpu.avx512_vnni;
    case Isa::kAvx512Bf16:
      return cpu.avx512_bf16;
    case Isa::kAmx:
      return cpu.amx_int8;
  }
  return false;
}

}  // namespace

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx2Vnni:
      return "avx2-vnni";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Vnni:
      return "avx512-vnni";
    case Isa::kAvx512Bf16:
      return "avx512-bf16";
    case Isa::kAmx:
      return "amx";
  }
  return "";
}

Result<Isa> ChooseIsa(std::string_view forced, const CpuFeatures& cpu) {
  for (const Isa isa : kBestFirst) {
    if (forced.empty() && Has(cpu, isa)) return isa;
    if (forced != IsaName(isa)) continue;
    if (Has(cpu, isa)) return isa;
    return InvalidArgument("this processor has no " + std::string(forced), "LEMMA_ISA");
  }
  return InvalidArgument(
      "unknown instruction set \"" + std::string(forced.substr(0, 64)) +
          "\"; known are scalar, avx2, avx2-vnni, avx512, avx512-vnni, avx512-bf16, amx",
      "LEMMA_ISA");
}

int64_t AttentionScratchBytes(int64_t n_queries, int64_t head_dim) {
  return LayAttentionScratch(nullptr, n_queries, head_dim).bytes;
}

const Kernels& KernelsFor(Isa isa) {
#if defined(__x86_64__)
  switch (isa) {
    case Isa::kScalar:
      break;
    case Isa::kAvx2:
      return kAvx2Kernels;
    case Isa::kAvx2Vnni:
      return kAvx2VnniKernels;
    case Isa::kAvx512:
      return kAvx512Kernels;
    case Isa::kAvx512Vnni:
      return kAvx512VnniKernels;
    case Isa::kAvx512Bf16:
      return kAvx512Bf16Kernels;
    case Isa::kAmx:
      return kAmxKernels;
  }
#endif
  LEMMA_CHECK(isa == Isa::kScalar);
  return kScalarKernels;
}

}  // namespace lemma::kernels
