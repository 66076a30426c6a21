// Properties: a damaged or hostile GGUF file gives an error that names the file and the field, and
// nothing large is read or allocated for it.
#include "inference/model/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <functional>
#include <limits>

#include "inference/model/test_allocations.h"
#include "inference/model/test_gguf.h"

namespace lemma::model {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint64_t kHugeCounts[] = {0x7fffffff,         0x80000001,          0x100000000,
                                    0x7fffffffffffffff, 0x8000000000000000u, ~uint64_t{0}};

std::string ReadError(const std::string& file) {
  const auto source = MakeMemorySource("m.gguf", file);
  const auto read = GgufFile::Read(*source);
  if (read.ok()) return "read";
  EXPECT_EQ(read.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(read.status().message(), HasSubstr("m.gguf: "));
  return read.status().message();
}

// A header of the given counts, followed by `rest`.
std::string Header(uint64_t n_tensors, uint64_t n_keys, const std::string& rest,
                   uint32_t version = 3) {
  return "GGUF" + BytesOfNumber(version) + BytesOfNumber(n_tensors) + BytesOfNumber(n_keys) + rest;
}

std::string Key(std::string_view key, uint32_t type, const std::string& value) {
  return GgufText(key) + BytesOfNumber(type) + value;
}

std::string TensorInfo(std::string_view name, const std::vector<uint64_t>& dims, uint32_t type,
                       uint64_t offset) {
  std::string info = GgufText(name) + BytesOfNumber(static_cast<uint32_t>(dims.size()));
  for (const uint64_t dim : dims) info += BytesOfNumber(dim);
  return info + BytesOfNumber(type) + BytesOfNumber(offset);
}

// A file of these tensors with 1024 bytes of data, and keys.
std::string FileOf(const std::vector<std::string>& infos, const std::string& key = "") {
  std::string file = Header(infos.size(), key.empty() ? 0 : 1, key);
  for (const std::string& info : infos) file += info;
  file.append((32 - file.size() % 32) % 32, '\0');
  return file + std::string(1024, '\0');
}

GgufWriter SmallFile() {
  GgufWriter writer;
  writer.Set("general.alignment", uint32_t{64});
  writer.alignment = 64;
  writer.Set("name", "tiny");
  writer.Set("list", std::vector<std::string>{"a", "", "ccc"});
  writer.Set("ids", std::vector<int32_t>{3, -4});
  writer.Set("yes", true);
  writer.Set("half", 0.5f);
  writer.AddTensor("a", {2, 32}, GgmlTypeOf(Dtype::kQ8_0), std::string(68, 'a'));
  writer.AddTensor("b", {3}, GgmlTypeOf(Dtype::kF32), std::string(12, 'b'));
  return writer;
}

TEST(GgufTest, KeysAndTensorsAreRead) {
  for (const uint32_t version : {2u, 3u}) {
    GgufWriter writer = SmallFile();
    writer.version = version;
    const std::string bytes = writer.File();
    const auto source = MakeMemorySource("m.gguf", bytes);
    const auto file = GgufFile::Read(*source);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    EXPECT_EQ(file->String("name").value(), "tiny");
    EXPECT_THAT(file->Strings("list", 3).value(), ElementsAre("a", "", "ccc"));
    EXPECT_THAT(file->Integers("ids", 2).value(), ElementsAre(3, -4));
    EXPECT_TRUE(file->Bool("yes").value());
    EXPECT_EQ(file->Number("half", 0, 1).value(), 0.5);
    EXPECT_FALSE(file->Has("nothing"));
    ASSERT_EQ(file->tensors().size(), 2u);
    EXPECT_THAT(file->tensors()[0].shape, ElementsAre(2, 32));
    EXPECT_EQ(file->tensors()[0].bytes, 68u);
    for (const TensorEntry& tensor : file->tensors()) {
      std::string data(tensor.bytes, '\0');
      ASSERT_TRUE(source->ReadAt(tensor.offset, data.data(), data.size()).ok());
      EXPECT_EQ(data, std::string(tensor.bytes, tensor.name[0]));
    }
  }
}

TEST(GgufTest, EveryIntegerTypeIsReadAndBounded) {
  const std::vector<std::pair<GgufType, std::string>> cases = {
      {GgufType::kUint8, BytesOfNumber(uint8_t{200})},
      {GgufType::kInt8, BytesOfNumber(int8_t{-56})},
      {GgufType::kUint16, BytesOfNumber(uint16_t{200})},
      {GgufType::kInt16, BytesOfNumber(int16_t{-56})},
      {GgufType::kUint32, BytesOfNumber(uint32_t{200})},
      {GgufType::kInt32, BytesOfNumber(int32_t{-56})},
      {GgufType::kUint64, BytesOfNumber(uint64_t{200})},
      {GgufType::kInt64, BytesOfNumber(int64_t{-56})}};
  for (const auto& [type, bytes] : cases) {
    GgufWriter writer;
    writer.Set("n", type, bytes);
    writer.Set("ns", GgufType::kArray, BytesOfNumber(type) + BytesOfNumber(uint64_t{1}) + bytes);
    const std::string held = writer.File();
    const GgufFile file = GgufFile::Read(*MakeMemorySource("m.gguf", held)).value();
    const int64_t value = file.Integer("n", -56, 200).value();
    EXPECT_TRUE(value == 200 || value == -56) << static_cast<int>(type);
    EXPECT_THAT(file.Integers("ns", 1).value(), ElementsAre(value));
    EXPECT_THAT(file.Integer("n", -55, 199).status().message(), HasSubstr("\"n\" must be from"));
    EXPECT_FALSE(file.Integers("ns", 0).ok());
  }
  GgufWriter writer;
  writer.Set("n", GgufType::kUint64, BytesOfNumber(~uint64_t{0}));
  const std::string held = writer.File();
  const GgufFile file = GgufFile::Read(*MakeMemorySource("m.gguf", held)).value();
  EXPECT_FALSE(file.Integer("n", -1, std::numeric_limits<int64_t>::max()).ok());
}

TEST(GgufTest, EachWrongTypeIsAnErrorThatNamesTheKey) {
  const std::string held = SmallFile().File();
  const GgufFile file = GgufFile::Read(*MakeMemorySource("m.gguf", held)).value();
  const std::vector<std::pair<std::string, std::function<Status(const char*)>>> getters = {
      {"general.alignment", [&](const char* key) { return file.Integer(key, 0, 100).status(); }},
      {"name", [&](const char* key) { return file.String(key).status(); }},
      {"list", [&](const char* key) { return file.Strings(key, 9).status(); }},
      {"ids", [&](const char* key) { return file.Integers(key, 9).status(); }},
      {"yes", [&](const char* key) { return file.Bool(key).status(); }},
      {"half", [&](const char* key) { return file.Number(key, 0, 1).status(); }}};
  for (const auto& [right_key, get] : getters) {
    for (const auto& [key, other] : getters) {
      EXPECT_EQ(get(key.c_str()).ok(), key == right_key) << right_key << " as " << key;
      if (key == right_key) continue;
      EXPECT_THAT(get(key.c_str()).message(), AllOf(HasSubstr("m.gguf: "), HasSubstr(key)));
    }
    EXPECT_THAT(get("gone").message(), HasSubstr("\"gone\" is missing"));
  }
}

TEST(GgufTest, NumbersThatAreNotFiniteAreRefused) {
  for (const float value :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN(), 0.0f, -1.0f, 1.5f}) {
    GgufWriter writer;
    writer.Set("eps", value);
    const std::string held = writer.File();
    const GgufFile file = GgufFile::Read(*MakeMemorySource("m.gguf", held)).value();
    EXPECT_THAT(file.Number("eps", 0, 1).status().message(), HasSubstr("\"eps\"")) << value;
  }
}

TEST(GgufTest, OtherMagicsAndVersionsAreRefused) {
  EXPECT_THAT(ReadError(""), HasSubstr("too short"));
  EXPECT_THAT(ReadError("GGU"), HasSubstr("too short"));
  EXPECT_THAT(ReadError("FUGG" + std::string(100, '\0')), HasSubstr("not a GGUF file"));
  EXPECT_THAT(ReadError(std::string(100, 'x')), HasSubstr("not a GGUF file"));
  EXPECT_THAT(ReadError("GGUF"), HasSubstr("version"));
  for (const uint32_t version : {0u, 1u, 4u, 0x00010001u, ~0u}) {
    EXPECT_THAT(ReadError(Header(0, 0, "", version)), HasSubstr("version")) << version;
  }
  EXPECT_THAT(ReadError(Header(0, 0, "", 0x03000000)), HasSubstr("big-endian"));
}

TEST(GgufTest, CountsBeyondTheFileAreRefused) {
  for (const uint64_t count : kHugeCounts) {
    EXPECT_THAT(ReadError(Header(count, 0, std::string(999, '\0'))), HasSubstr("tensors"));
    EXPECT_THAT(ReadError(Header(0, count, std::string(999, '\0'))), HasSubstr("metadata keys"));
  }
  EXPECT_THAT(ReadError(Header(0, 1, "")), HasSubstr("metadata keys"));
  EXPECT_THAT(ReadError(Header(1, 0, "")), HasSubstr("tensors"));
  // Within the file, but more than is ever needed.
  EXPECT_THAT(ReadError(Header(70'000, 0, std::string(8 << 20, '\0'))), HasSubstr("tensors"));
  EXPECT_THAT(ReadError(Header(0, 5000, std::string(8 << 20, '\0'))), HasSubstr("metadata keys"));
}

TEST(GgufTest, LengthsBeyondTheFileAreRefused) {
  const std::string room(64, '\0');
  for (const uint64_t length : kHugeCounts) {
    const std::string bytes = BytesOfNumber(length) + room;
    EXPECT_THAT(ReadError(Header(0, 1, bytes)), HasSubstr("metadata key 0"));
    EXPECT_THAT(ReadError(Header(1, 0, bytes)), HasSubstr("tensor 0"));
    EXPECT_THAT(ReadError(Header(0, 1, Key("text", 8, bytes))), HasSubstr("\"text\""));
    for (uint32_t type = 0; type <= 12; ++type) {
      const std::string array = Key("list", 9, BytesOfNumber(type) + bytes);
      EXPECT_THAT(ReadError(Header(0, 1, array)), HasSubstr("\"list\"")) << type;
    }
    const std::string nested = BytesOfNumber(uint32_t{8}) + BytesOfNumber(uint64_t{1}) + bytes;
    EXPECT_THAT(ReadError(Header(0, 1, Key("list", 9, nested))), HasSubstr("\"list\""));
  }
  EXPECT_THAT(ReadError(Header(0, 1, Key(std::string(70'000, 'k'), 0, "v"))), HasSubstr("65535"));
  EXPECT_THAT(ReadError(FileOf({TensorInfo(std::string(65, 't'), {1}, 0, 0)})),
              AllOf(HasSubstr("tensor 0"), HasSubstr("64")));
}

TEST(GgufTest, NamesMustBePlainAscii) {
  for (const std::string name : {"", "a b", "\xff", "a\n", "a\x7f"}) {
    EXPECT_THAT(ReadError(Header(0, 1, Key(name, 4, "1234"))), HasSubstr("metadata key 0"));
    EXPECT_THAT(ReadError(FileOf({TensorInfo(name, {1}, 0, 0)})), HasSubstr("tensor 0"));
  }
}

TEST(GgufTest, HostileValuesAreRefused) {
  EXPECT_THAT(ReadError(Header(0, 1, Key("k", 13, "12345678"))), HasSubstr("unknown type 13"));
  EXPECT_THAT(ReadError(Header(0, 1, Key("k", ~0u, "12345678"))), HasSubstr("unknown type"));
  EXPECT_THAT(ReadError(Header(0, 1, Key("k", 7, "\x02"))), HasSubstr("\"k\""));
  const std::string bools = BytesOfNumber(uint32_t{7}) + BytesOfNumber(uint64_t{3});
  EXPECT_THAT(ReadError(Header(0, 1, Key("k", 9, bools + std::string("\0\1\2", 3)))),
              HasSubstr("bool"));
  const std::string element =
      BytesOfNumber(uint32_t{13}) + BytesOfNumber(uint64_t{1}) + std::string(8, '\0');
  EXPECT_THAT(ReadError(Header(0, 1, Key("k", 9, element))), HasSubstr("unknown type 13"));
  EXPECT_THAT(ReadError(Header(0, 2, Key("k", 0, "a") + Key("k", 4, "1234"))),
              HasSubstr("\"k\" comes twice"));
}

TEST(GgufTest, NestedArraysAreRefusedAtAnyDepth) {
  std::string nested;
  for (int depth = 0; depth < 100'000; ++depth) {
    nested += BytesOfNumber(uint32_t{9}) + BytesOfNumber(uint64_t{1});
  }
  EXPECT_THAT(ReadError(Header(0, 1, Key("deep", 9, nested))),
              AllOf(HasSubstr("\"deep\""), HasSubstr("array of arrays")));
}

TEST(GgufTest, BadAlignmentsAreRefused) {
  for (const uint32_t alignment : {0u, 1u, 3u, 48u, 1u << 21, 1u << 31, ~0u}) {
    const std::string key = Key("general.alignment", 4, BytesOfNumber(alignment));
    EXPECT_THAT(ReadError(FileOf({}, key)), HasSubstr("general.alignment")) << alignment;
  }
  for (const uint64_t alignment : {uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{0} - 31}) {
    const std::string key = Key("general.alignment", 10, BytesOfNumber(alignment));
    EXPECT_THAT(ReadError(FileOf({}, key)), HasSubstr("general.alignment")) << alignment;
  }
  EXPECT_THAT(ReadError(FileOf({}, Key("general.alignment", 8, GgufText("32")))),
              HasSubstr("general.alignment"));
}

TEST(GgufTest, HostileTensorsAreRefused) {
  constexpr uint64_t kMax = 0x7fffffffffffffff;
  const std::vector<std::pair<std::string, const char*>> cases = {
      {TensorInfo("t", {}, 0, 0), "n_dims"},
      {TensorInfo("t", {1, 1, 1, 1, 1}, 0, 0), "n_dims"},
      {TensorInfo("t", {0}, 0, 0), "shape"},
      {TensorInfo("t", {kMax + 1}, 0, 0), "shape"},
      {TensorInfo("t", {~uint64_t{0}}, 0, 0), "shape"},
      {TensorInfo("t", {kMax, 2}, 0, 0), "shape"},
      {TensorInfo("t", {1ull << 32, 1ull << 32}, 0, 0), "shape"},
      {TensorInfo("t", {1ull << 31, 1ull << 31, 1ull << 31}, 2, 0), "shape"},
      {TensorInfo("t", {1ull << 62}, 0, 0), "shape"},       // 2^64 bytes
      {TensorInfo("t", {1ull << 61}, 0, 0), "beyond"},      // 2^63 bytes
      {TensorInfo("t", {kMax / 32 * 32}, 8, 0), "beyond"},  // bytes fit, just
      {TensorInfo("t", {33}, 8, 0), "shape"},
      {TensorInfo("t", {16, 2}, 2, 0), "shape"},
      {TensorInfo("t", {128, 2}, 12, 0), "shape"},
      {TensorInfo("t", {32}, 4, 0), "type number 4"},
      {TensorInfo("t", {32}, 31, 0), "type number 31"},
      {TensorInfo("t", {32}, 99, 0), "type number 99"},
      {TensorInfo("t", {32}, ~0u, 0), "type number 4294967295"},
      {TensorInfo("t", {32}, 6, 0), "type Q5_0"},
      {TensorInfo("t", {256}, 23, 0), "type IQ4_XS"},
      {TensorInfo("t", {1}, 26, 0), "type I32"},
      {TensorInfo("t", {1}, 0, 4), "offset"},
      {TensorInfo("t", {1}, 0, ~uint64_t{0}), "offset"},
      {TensorInfo("t", {1}, 0, ~uint64_t{0} - 31), "beyond"},
      {TensorInfo("t", {1}, 0, 1ull << 63), "beyond"},
      {TensorInfo("t", {1}, 0, 1024), "beyond"},
      {TensorInfo("t", {257}, 0, 0), "beyond"},
      {TensorInfo("t", {250}, 0, 32), "beyond"}};
  for (const auto& [info, expected] : cases) {
    EXPECT_THAT(ReadError(FileOf({info})), AllOf(HasSubstr("\"t\""), HasSubstr(expected)))
        << expected;
  }
  EXPECT_EQ(ReadError(FileOf({TensorInfo("t", {248}, 0, 32)})), "read");
  EXPECT_THAT(ReadError(FileOf({TensorInfo("t", {9}, 0, 0), TensorInfo("u", {1}, 0, 32)})),
              AllOf(HasSubstr("\"t\""), HasSubstr("\"u\""), HasSubstr("overlap")));
  EXPECT_THAT(ReadError(FileOf({TensorInfo("t", {1}, 0, 0), TensorInfo("t", {1}, 0, 32)})),
              HasSubstr("\"t\" comes twice"));
}

TEST(GgufTest, AFileCutAnywhereIsRefused) {
  const std::string good = SmallFile().File();
  // The padding after the last tensor is not needed.
  const size_t needed = good.size() - (64 - 12);
  for (size_t size = 0; size < needed; ++size) {
    EXPECT_NE(ReadError(good.substr(0, size)), "read") << size;
  }
  EXPECT_EQ(ReadError(good.substr(0, needed)), "read");
}

TEST(GgufTest, AHeaderIsBoundedInTimeAndMemory) {
  struct rusage before{};
  getrusage(RUSAGE_SELF, &before);
  const auto begin = std::chrono::steady_clock::now();
  // 80 MB of empty texts: more than a header may have.
  const uint64_t n_texts = 10'000'000;
  const std::string texts = BytesOfNumber(uint32_t{8}) + BytesOfNumber(n_texts);
  std::string file = Header(0, 1, Key("texts", 9, texts));
  file.append(n_texts * 8, '\0');
  EXPECT_THAT(ReadError(file), AllOf(HasSubstr("\"texts\""), HasSubstr("header")));
  struct rusage after{};
  getrusage(RUSAGE_SELF, &after);
  // The file here (which grows by copying), and one header; ThreadSanitizer doubles it.
  const int64_t times = CountedAllocations() ? 1 : 2;
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, times * 400 * 1024) << "KiB";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace lemma::model
