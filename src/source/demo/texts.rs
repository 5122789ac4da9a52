//! Policies, resources and trust of the demo, as people write them.

/// The demo's policies, as (file name, text).
#[must_use]
pub fn policies() -> &'static [(&'static str, &'static str)] {
    &[
        (
            "demo/policies/audit-platform-images.yaml",
            include_str!("../../../assets/demo/policies/audit-platform-images.yaml"),
        ),
        (
            "demo/policies/require-logged-signature.yaml",
            include_str!("../../../assets/demo/policies/require-logged-signature.yaml"),
        ),
        (
            "demo/policies/require-shop-signature.yaml",
            include_str!("../../../assets/demo/policies/require-shop-signature.yaml"),
        ),
    ]
}

/// The demo's resources, as (file name, text of one or more documents).
#[must_use]
pub fn manifests() -> &'static [(&'static str, &'static str)] {
    &[
        ("demo/data.yaml", include_str!("../../../assets/demo/manifests/data.yaml")),
        ("demo/payments.yaml", include_str!("../../../assets/demo/manifests/payments.yaml")),
        ("demo/platform.yaml", include_str!("../../../assets/demo/manifests/platform.yaml")),
        ("demo/shop.yaml", include_str!("../../../assets/demo/manifests/shop.yaml")),
    ]
}

/// The `trusted_root.json` of the Sigstore in which the recording was made.
#[must_use]
pub fn trusted_root() -> &'static [u8] {
    include_bytes!("../../../assets/demo/trusted_root.json")
}
