// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch

/// Which devices can be used, and why others cannot.
enum DeviceChecks {
  static var findings: [Diagnosis.Finding] { [cuda, mps] }

  private static var cuda: Diagnosis.Finding {
    guard let reason = Accelerators.reasonForNoCUDA else {
      return .init("cuda", "\(Device.count(of: .cuda)) device(s)")
    }
    if case .refused = Accelerators.cuda {
      return .init(
        "cuda", .warning, "none: \(reason)",
        fix: "check the driver and the CUDA libraries that this libtorch was built for")
    }
    return .init("cuda", "none: \(reason)")
  }

  private static var mps: Diagnosis.Finding {
    let count = Device.count(of: .mps)
    #if os(macOS)
      return .init(
        "mps", count > 0 ? "1 device" : "none: this Mac or libtorch has no Metal support")
    #else
      return .init("mps", count > 0 ? "1 device" : "none: Apple hardware only")
    #endif
  }
}
