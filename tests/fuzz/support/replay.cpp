// Files of inputs -> a fuzz target, each as it is and, if asked for, in mutations that are the same in every run. For
// where no fuzzer is built.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace filesystem = std::filesystem;
using Input = std::vector<std::uint8_t>;

constexpr std::size_t kLargestInput = 2048;

Input read(const filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Input(std::istreambuf_iterator<char>(in), {});
}

// In the order of their names; a folder that is not there holds none.
std::vector<Input> read_all(const std::vector<filesystem::path>& folders) {
  std::vector<filesystem::path> files;
  for (const auto& folder : folders) {
    if (!filesystem::exists(folder)) continue;
    for (const auto& entry : filesystem::directory_iterator(folder))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Input> inputs;
  for (const auto& file : files)
    inputs.push_back(read(file));
  return inputs;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<Input>& inputs) : inputs_(inputs) {}

  Input next() {
    Input input = any();
    for (std::size_t edits = 1 + below(8); edits > 0; --edits)
      edit(input);
    input.resize(std::min(input.size(), kLargestInput));
    return input;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  const Input& any() { return inputs_[below(inputs_.size())]; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }

  void edit(Input& input) {
    const auto at = input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1));
    const auto end = at + static_cast<std::ptrdiff_t>(below(static_cast<std::size_t>(input.end() - at) + 1));
    switch (below(5)) {
      case 0:
        if (at != input.end()) *at = byte();
        return;
      case 1:
        input.insert(at, byte());
        return;
      case 2:
        input.erase(at, std::min(end, at + std::min<std::ptrdiff_t>(8, end - at)));
        return;
      case 3: {
        const Input again(at, end);
        input.insert(end, again.begin(), again.end());
        return;
      }
      default: {
        const Input& other = any();
        input.erase(at, input.end());
        input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)), other.end());
      }
    }
  }

  const std::vector<Input>& inputs_;
  std::mt19937 random_{20'240'501};
};

}  // namespace

// [--mutations N] FOLDER...: an input that fails stands in the file PROGRAM.input, a mutation in PROGRAM.mutation.
int main(int argc, char** argv) {
  std::vector<filesystem::path> folders;
  unsigned long mutations = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--mutations") == 0 && i + 1 < argc) {
      mutations = std::strtoul(argv[++i], nullptr, 10);
    } else {
      folders.emplace_back(argv[i]);
    }
  }
  const std::string input_under_test = std::string(argv[0]) + (mutations > 0 ? ".mutation" : ".input");
  const auto test = [&](const Input& input) {
    std::ofstream(input_under_test, std::ios::binary)
        .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
    LLVMFuzzerTestOneInput(input.data(), input.size());
  };

  const std::vector<Input> inputs = read_all(folders);
  if (inputs.empty()) {
    std::fprintf(stderr, "no inputs\n");
    return 1;
  }
  if (mutations == 0) std::for_each(inputs.begin(), inputs.end(), test);
  Mutator mutator(inputs);
  for (unsigned long i = 0; i < mutations; ++i)
    test(mutator.next());
  filesystem::remove(input_under_test);
  std::printf("%zu inputs\n", mutations > 0 ? static_cast<std::size_t>(mutations) : inputs.size());
}
