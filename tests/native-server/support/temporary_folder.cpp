// Leaves the choice of a free name to the C library.
#include "support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace wasmqtt::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "wasmqtt-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::write(const std::filesystem::path& relative, std::string_view content) const {
  std::filesystem::create_directories((path_ / relative).parent_path());
  std::ofstream(path_ / relative, std::ios::binary) << content;
}

}  // namespace wasmqtt::test
