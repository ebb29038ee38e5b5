// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseSystem
internal import CEquipoiseTorch
import Foundation

/// The libtorch that this process runs on.
public enum Runtime {
  /// The version of libtorch, such as `2.13.0`.
  public static var version: String { String(cString: ct_version()) }

  /// The libraries, CPU capability and build options in libtorch's own words.
  public static var configuration: String { String(cString: ct_configuration()) }

  /// The file libtorch's CPU library was loaded from.
  public static var libraryPath: String { String(cString: ct_library_path()) }

  /// The number of threads one operation may use. Results depend on it in the last bits.
  public static var threads: Int {
    get { Int(ct_threads()) }
    set {
      precondition(newValue >= 1, "threads: \(newValue)")
      ct_set_threads(Int32(newValue))
    }
  }

  /// As many threads as libtorch takes by itself, but not more than ``Processors/available``. A number that
  /// the user has set (OMP_NUM_THREADS, MKL_NUM_THREADS) is not lowered.
  public static let defaultThreads: Int = {
    let environment = ProcessInfo.processInfo.environment
    let isSet = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"].contains { environment[$0] != nil }
    return isSet ? threads : min(threads, Processors.available)
  }()

  /// Chooses algorithms that give the same bits on every run, where the device has a choice.
  ///
  /// On CUDA this also sets CUBLAS_WORKSPACE_CONFIG where it is unset, and an operation without such
  /// an algorithm fails. Without, cuDNN tries which of its algorithms is fastest.
  public static func setDeterministic(_ deterministic: Bool) {
    ct_set_deterministic(deterministic)
  }

  /// Whether algorithms are those that give the same bits on every run.
  public static var isDeterministic: Bool { ct_deterministic() }

  /// Whether products and convolutions of single precision may round their factors to ten bits on
  /// NVIDIA GPUs from Ampere on (TF32), which is several times faster there. Changes nothing elsewhere.
  public static var allowsTF32: Bool {
    get { ct_tf32() }
    set { ct_set_tf32(newValue) }
  }

  /// Keeps freed memory for the next step instead of giving it back to the system: faster steps, and
  /// memory that stays at its peak. For programs that train; call it once, at the start.
  public static func keepFreedMemory() { equipoise_keep_freed_memory() }

  /// Lets this process end, when it exits from now on, without taking libtorch apart: unregistering its operators costs
  /// a third of what a short command costs. What the process registered for its exit before this call is left out, too;
  /// streams are flushed. For programs, once, at their start; without effect where the C library is not glibc.
  public static func endAtOnce() { equipoise_end_at_once() }

  /// Loads a library that registers kernels of a further device.
  ///
  /// - Parameter path: the library's file.
  /// - Throws: ``TorchError`` with the loader's reason.
  public static func loadLibrary(_ path: String) throws(TorchError) {
    try tryCheck(ct_load_library(path), path)
  }
}
