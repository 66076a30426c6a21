// ReadWeights and WeightBytes of a checkpoint (weights.h): every tensor is checked; then they are
// read in parallel pieces.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/base/run_each.h"
#include "inference/model/key_balance.h"
#include "inference/model/packed.h"
#include "inference/model/weight_format.h"
#include "inference/model/weights.h"

namespace lemma::model {
namespace {

using kernels::WeightFormat;

// Read at once by one thread: large enough for the disk, small beside the weights.
constexpr int64_t kPieceBytes = 1 << 20;

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (const int64_t n : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + "]";
}

// Is `name` "model.layers.<i>." and more, i being no layer of a model of n_layers?
bool IsBeyondLayers(std::string_view name, int32_t n_layers) {
  constexpr std::string_view kLayers = "model.layers.";
  if (!name.starts_with(kLayers)) return false;
  const char* end = name.data() + name.size();
  uint64_t layer = 0;
  const auto parsed = std::from_chars(name.data() + kLayers.size(), end, layer);
  if (parsed.ptr == end || *parsed.ptr != '.') return false;
  return parsed.ec == std::errc::result_out_of_range ||
         (parsed.ec == std::errc() && layer >= static_cast<uint64_t>(n_layers));
}

// Each slot's tensor, in the order of the slots.
Result<std::vector<const TensorEntry*>> FindTensors(const Checkpoint& checkpoint,
                                                    const std::vector<TensorSlot>& slots) {
  const int32_t n_layers = checkpoint.config().n_layers;
  for (const TensorEntry& tensor : checkpoint.tensors()) {
    if (IsBeyondLayers(tensor.name, n_layers)) {
      return DataLoss(checkpoint.source(tensor).name() + ": tensor \"" +
                      tensor.name.substr(0, 128) + "\" is of a layer beyond the " +
                      std::to_string(n_layers) + " of the config (num_hidden_layers)");
    }
  }
  std::vector<const TensorEntry*> tensors;
  for (const TensorSlot& slot : slots) {
    const TensorEntry* tensor = checkpoint.Find(slot.name);
    if (tensor == nullptr) {
      return DataLoss(checkpoint.weights_name() + ": has no tensor \"" + slot.name + "\" " +
                      ShapeText(slot.shape));
    }
    if (tensor->shape != slot.shape) {
      return DataLoss(checkpoint.source(*tensor).name() + ": tensor \"" + slot.name +
                      "\" has shape " + ShapeText(tensor->shape) + ", the config wants " +
                      ShapeText(slot.shape));
    }
    if ((slot.is_matrix() ? slot.shape[1] : 1) % BlockSizeOf(tensor->dtype).elements != 0) {
      return DataLoss(checkpoint.source(*tensor).name() + ": tensor \"" + slot.name +
                      "\" is stored in blocks, which its rows do not fill");
    }
    tensors.push_back(tensor);
  }
  return tensors;
}

// The format that loses least where matrices are stored as `dtype`, among those that take little
// more memory than the file does.
WeightFormat NearestFormat(Dtype dtype) {
  switch (dtype) {
    case Dtype::kQ4_0:
    case Dtype::kQ4_K:
      return WeightFormat::kInt4;
    case Dtype::kQ8_0:
    case Dtype::kQ5_K:
    case Dtype::kQ6_K:
      return WeightFormat::kInt8;
    default:
      return WeightFormat::kF32;  // bf16 alone is chosen before
  }
}

// The one in which most bytes of the matrices are nearest to how they are stored.
WeightFormat MostBytesFormat(const std::vector<const TensorEntry*>& tensors) {
  std::map<WeightFormat, uint64_t> bytes;
  for (const TensorEntry* tensor : tensors) {
    if (tensor->shape.size() == 2) bytes[NearestFormat(tensor->dtype)] += tensor->bytes;
  }
  return std::max_element(bytes.begin(), bytes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

// The one that is wanted; else bf16 where that is exact, and the nearest one of a file in blocks.
// `tensors` are those that the model is made of.
WeightFormat ChooseFormat(const std::vector<const TensorEntry*>& tensors,
                          std::optional<WeightFormat> wanted) {
  const bool is_bf16 = std::all_of(tensors.begin(), tensors.end(), [](const TensorEntry* tensor) {
    return tensor->shape.size() != 2 || tensor->dtype == Dtype::kBf16;
  });
  if (!wanted.has_value()) return is_bf16 ? WeightFormat::kBf16 : MostBytesFormat(tensors);
  // Only what is bf16 already fits into bf16 exactly.
  return *wanted == WeightFormat::kBf16 && !is_bf16 ? WeightFormat::kF32 : *wanted;
}

// A packed file has its weights in one format only. Where bf16 was wanted when it was made, that is
// float32 for weights that bf16 does not hold exactly (ChooseFormat).
Status CheckPackedFormat(const Checkpoint& checkpoint, std::optional<WeightFormat> wanted) {
  const WeightFormat packed = checkpoint.packed()->format;
  if (!wanted.has_value() || *wanted == packed) return Ok();
  if (*wanted == WeightFormat::kBf16 && packed == WeightFormat::kF32) return Ok();
  return InvalidArgument(checkpoint.weights_name() + " is packed in another format (" +
                             std::string(WeightFormatName(packed)) + ") than is wanted (" +
                             std::string(WeightFormatName(*wanted)) +
                             "): want its own, or take the model that it was packed from instead",
                         "weights");
}

// Some rows of one tensor: what one thread reads at once.
struct Piece {
  const TensorSlot* slot;
  const TensorEntry* tensor;
  int64_t row_begin;
  int64_t n_rows;
  int64_t row_bytes;

  int64_t bytes() const { return n_rows * row_bytes; }
};

std::vector<Piece> CutIntoPieces(const std::vector<TensorSlot>& slots,
                                 const std::vector<const TensorEntry*>& tensors) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < slots.size(); ++i) {
    const int64_t rows = slots[i].shape[0];
    const int64_t cols = slots[i].is_matrix() ? slots[i].shape[1] : 1;
    const int64_t row_bytes = StoredBytes(tensors[i]->dtype, cols);
    // Whole panels, as far as the matrix starts at one: threads then share no cache line.
    const int64_t step =
        std::max(kPieceBytes / row_bytes / kernels::kPanelRows, int64_t{1}) * kernels::kPanelRows;
    for (int64_t row = 0; row < rows; row += step) {
      pieces.push_back({&slots[i], tensors[i], row, std::min(step, rows - row), row_bytes});
    }
  }
  return pieces;
}

Status ReadPiece(const Checkpoint& checkpoint, const Piece& piece, std::vector<std::byte>& buffer) {
  buffer.resize(static_cast<size_t>(piece.bytes()));
  const ByteSource& source = checkpoint.source(*piece.tensor);
  const uint64_t offset =
      piece.tensor->offset + static_cast<uint64_t>(piece.row_begin * piece.row_bytes);
  LEMMA_RETURN_IF_ERROR(source.ReadAt(offset, buffer.data(), buffer.size())
                            .WithPrefix("tensor \"" + piece.tensor->name + "\""));
  StoreRows(*piece.slot, piece.tensor->dtype, buffer.data(), piece.row_begin, piece.n_rows);
  return Ok();
}

Result<std::vector<float>> ReadTensor(const Checkpoint& checkpoint, const std::string& name) {
  const TensorEntry& tensor = *checkpoint.Find(name);
  std::vector<std::byte> bytes(tensor.bytes);
  LEMMA_RETURN_IF_ERROR(checkpoint.source(tensor)
                            .ReadAt(tensor.offset, bytes.data(), bytes.size())
                            .WithPrefix("tensor \"" + name + "\""));
  int64_t n = 1;
  for (const int64_t size : tensor.shape) n *= size;
  std::vector<float> values(static_cast<size_t>(n));
  DecodeElements(tensor.dtype, bytes.data(), n, values.data());
  return values;
}

Status BalanceLayers(const Checkpoint& checkpoint, ThreadPool& pool,
                     std::vector<TensorSlot>& slots) {
  std::map<std::string, TensorSlot*> by_name;
  for (TensorSlot& slot : slots) by_name[slot.name] = &slot;
  const auto n_layers = static_cast<size_t>(checkpoint.config().n_layers);
  return RunEach(pool, n_layers, [&](size_t layer, int) -> Status {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    LEMMA_ASSIGN_OR_RETURN(const KeyBalance balance,
                           BalanceKeys(checkpoint.config(), [&](const std::string& name) {
                             return ReadTensor(checkpoint, prefix + name);
                           }));
    for (const char* part : {".weight", ".bias"}) {
      by_name.at(prefix + "self_attn.q_proj" + part)->row_factors = balance.q;
      by_name.at(prefix + "self_attn.k_proj" + part)->row_factors = balance.k;
    }
    return Ok();
  });
}

Status ReadPieces(const Checkpoint& checkpoint, const std::vector<Piece>& pieces, ThreadPool& pool,
                  const std::function<void(double)>& on_progress) {
  int64_t bytes_total = 0;
  for (const Piece& piece : pieces) bytes_total += piece.bytes();
  std::atomic<int64_t> bytes_done = 0;
  std::vector<std::vector<std::byte>> buffers(static_cast<size_t>(pool.n_threads()));
  return RunEach(pool, pieces.size(), [&](size_t i, int member) -> Status {
    LEMMA_RETURN_IF_ERROR(ReadPiece(checkpoint, pieces[i], buffers[static_cast<size_t>(member)]));
    const int64_t done = bytes_done.fetch_add(pieces[i].bytes()) + pieces[i].bytes();
    if (member == 0 && on_progress) {
      on_progress(static_cast<double>(done) / static_cast<double>(bytes_total));
    }
    return Ok();
  });
}

}  // namespace

Result<Weights> ReadWeights(const Checkpoint& checkpoint, std::optional<WeightFormat> format,
                            ThreadPool& pool, const std::function<void(double)>& on_progress) {
  if (checkpoint.packed()) {
    LEMMA_RETURN_IF_ERROR(CheckPackedFormat(checkpoint, format));
    return ReadPackedWeights(checkpoint, pool, on_progress);
  }
  const Weights shape = LayWeights(checkpoint.config(), WeightFormat::kF32);
  LEMMA_ASSIGN_OR_RETURN(const auto tensors, FindTensors(checkpoint, shape.slots));
  LEMMA_ASSIGN_OR_RETURN(Weights weights,
                         AllocateWeights(checkpoint.config(), ChooseFormat(tensors, format)));
  LEMMA_RETURN_IF_ERROR(BalanceLayers(checkpoint, pool, weights.slots));
  const std::vector<Piece> pieces = CutIntoPieces(weights.slots, tensors);
  LEMMA_RETURN_IF_ERROR(ReadPieces(checkpoint, pieces, pool, on_progress));
  if (on_progress) on_progress(1.0);
  return weights;
}

Result<uint64_t> WeightBytes(const Checkpoint& checkpoint, std::optional<WeightFormat> format) {
  if (checkpoint.packed()) {
    LEMMA_RETURN_IF_ERROR(CheckPackedFormat(checkpoint, format));
    return checkpoint.packed()->bytes;
  }
  const Weights shape = LayWeights(checkpoint.config(), WeightFormat::kF32);
  LEMMA_ASSIGN_OR_RETURN(const auto tensors, FindTensors(checkpoint, shape.slots));
  return WeightBytes(checkpoint.config(), ChooseFormat(tensors, format));
}

}  // namespace lemma::model
